using MultiAgentInfra.Benchmarks.Images;

namespace MultiAgentInfra.Benchmarks.Rows;

/// <summary>A runtime image from an installed application: made and pushed from nothing, and once more with nothing changed.</summary>
internal sealed class RuntimeImages(ImageWorkshop workshop) : BenchmarkRow
{
    public override string Name => "runtime";

    public override async Task<IReadOnlyList<RowResult>> MeasureAsync(BenchmarkContext context)
    {
        var (first, again, parts) = (new PeerTimes(), new PeerTimes(), new List<string>());
        foreach (var peer in workshop.Peers)
        {
            // Twice is enough for what takes half a minute.
            for (var repetition = 1; repetition <= Math.Min(2, context.Repetitions); repetition++)
            {
                context.Progress.Say($"runtime image by {peer.Name}: {repetition}");
                workshop.Application.Change();
                await SettleAsync(context);
                var (build, push) = await workshop.MakeRuntimeAsync(context, peer, isCached: false);
                first.Add(peer, build + push);
                parts.Add($"{peer.Name} {build.TotalSeconds:N1} + {push.TotalSeconds:N1}");
                (build, push) = await workshop.MakeRuntimeAsync(context, peer, isCached: true);
                again.Add(peer, build + push);
            }
        }

        return
        [
            new("runtime image, assemble + push, s", "–", "", null, first.ToString(), $"Peers, build + push: {string.Join(", ", parts)} s."),
            new("the same again, nothing changed, s", "–", "", null, again.ToString()),
        ];
    }

    // What one side has left to write must not slow down the next.
    private static Task<string> SettleAsync(BenchmarkContext context) => ExternalProgram.RunAsync("sync", [], context.Stop);
}
