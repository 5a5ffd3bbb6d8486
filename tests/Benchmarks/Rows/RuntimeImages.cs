using System.Diagnostics;
using MultiAgentInfra.Benchmarks.Images;
using MultiAgentInfra.Clients.Oci;

namespace MultiAgentInfra.Benchmarks.Rows;

/// <summary>A runtime image from an installed application: made and pushed from nothing, and once more with nothing changed.</summary>
internal sealed class RuntimeImages(ImageWorkshop workshop) : BenchmarkRow
{
    private const double Megabyte = 1_000_000;

    private readonly PeerTimes _first = new();
    private readonly PeerTimes _again = new();
    private readonly List<string> _parts = [];

    public override string Name => "runtime";

    public override async Task<IReadOnlyList<RowResult>> MeasureAsync(BenchmarkContext context)
    {
        foreach (var peer in workshop.Peers)
            await MeasureAsync(context, peer);
        var (first, again) = (new List<double>(), new List<double>());
        using var maker = new ImageMaker(workshop.Registry.Host, context.NewFolder());
        for (var repetition = 0; repetition <= context.Repetitions; repetition++)
        {
            context.Progress.Say($"runtime image by this project: {(repetition == 0 ? "warming up" : $"{repetition}")}");
            workshop.Application.Change();
            await SettleAsync(context);
            var (made, repeated) = (await TimeAsync(context, maker), await TimeAsync(context, maker));
            if (repetition == 0)
                continue;
            first.Add(made);
            again.Add(repeated);
        }

        return await ResultsAsync(context, new(first), new(again));
    }

    // Twice is enough for what takes half a minute.
    private async Task MeasureAsync(BenchmarkContext context, ImagePeer peer)
    {
        for (var repetition = 1; repetition <= Math.Min(2, context.Repetitions); repetition++)
        {
            context.Progress.Say($"runtime image by {peer.Name}: {repetition}");
            workshop.Application.Change();
            await SettleAsync(context);
            var (build, push) = await workshop.MakeRuntimeAsync(context, peer, isCached: false);
            _first.Add(peer, build + push);
            _parts.Add($"{peer.Name} {build.TotalSeconds:N1} + {push.TotalSeconds:N1}");
            (build, push) = await workshop.MakeRuntimeAsync(context, peer, isCached: true);
            _again.Add(peer, build + push);
        }
    }

    private async Task<double> TimeAsync(BenchmarkContext context, ImageMaker maker)
    {
        var clock = Stopwatch.StartNew();
        await maker.MakeRuntimeAsync(workshop.Application.Folder, context.Stop);
        return clock.Elapsed.TotalSeconds;
    }

    private async Task<IReadOnlyList<RowResult>> ResultsAsync(BenchmarkContext context, Samples first, Samples again)
    {
        var ours = await workshop.Registry.LayersSizeAsync(ImageNames.RuntimeRepository, ImageMaker.RuntimeKey, context.Stop) / Megabyte;
        var dockers = await workshop.Registry.LayersSizeAsync(ImageWorkshop.RepositoryOf(workshop.Peers[0]), "1", context.Stop) / Megabyte;
        return
        [
            RowResult.Of("runtime image from the installed packages, assemble + push, gzip, s", first, "N2",
                Goal.AtMost("images-runtime", first.Median, _first.Docker / 4, "N2", "s"), _first.ToString(),
                $"Runtime image: from the page cache, with one file changed each time, so that the layer is new. Peers, build + push: {string.Join(", ", _parts)} s."),
            new("the same, layers as pushed, MB", $"{ours:N1}", "", Goal.AtMost("images-runtime-size", ours, dockers * 1.1, "N1", "MB"), $"docker {dockers:N1}"),
            RowResult.Of("the same again, nothing changed, s", again, "N2", Goal.AtMost("images-runtime-again", again.Median, 0.5, "N2", "s"), _again.ToString(),
                "Nothing changed: every byte of every file is read and hashed, and the registry asked for the layer of that content."),
        ];
    }

    // What one side has left to write must not slow down the next.
    private static Task<string> SettleAsync(BenchmarkContext context) => ExternalProgram.RunAsync("sync", [], context.Stop);
}
