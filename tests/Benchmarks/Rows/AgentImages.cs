using System.Diagnostics;
using MultiAgentInfra.Benchmarks.Images;
using MultiAgentInfra.Benchmarks.Workers;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Benchmarks.Rows;

/// <summary>Images of agents on an existing runtime image, made and pushed: one after the other beside the peers, and many at once.</summary>
internal sealed class AgentImages(ImageWorkshop workshop) : BenchmarkRow
{
    private const int WarmUps = 2;

    public override string Name => "agents";

    public override async Task<IReadOnlyList<RowResult>> MeasureAsync(BenchmarkContext context)
    {
        var below = await workshop.RuntimeAsync(context);
        var peers = new PeerTimes();
        foreach (var peer in workshop.Peers)
            await MeasureAsync(context, peer, below, peers);

        using var maker = new ImageMaker(workshop.Registry.Host, context.NewFolder());
        context.Progress.Say("agent images by this project");
        var runtime = await maker.MakeRuntimeAsync(workshop.Application.Folder, context.Stop);
        var bare = await TimeAsync(context, maker, runtime);
        return
        [
            RowResult.Of("agent image on that runtime image, build + push, without attestations, s", bare, "N3",
                Goal.AtMost("images-agent", bare.Median, peers.Fastest / 10, "N3", "s"), peers.ToString()),
            .. await MeasureManyAsync(context, runtime),
        ];
    }

    private async Task MeasureAsync(BenchmarkContext context, ImagePeer peer, string runtime, PeerTimes times)
    {
        context.Progress.Say($"agent images by {peer.Name}");
        var folder = context.NewFolder();
        var dockerfile = Path.Combine(folder, "Dockerfile");
        await File.WriteAllTextAsync(dockerfile, $"FROM {runtime}\nCOPY character.json /app/character.json\nLABEL multiagentinfra.revision=1\n", context.Stop);
        for (var index = 0; index < WarmUps + context.Scale(10); index++)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "character.json"), $$"""{"name":"Agent {{index}} of {{peer.Name}}"}""", context.Stop);
            var image = $"{workshop.Registry.Host}/agents/{ImageWorkshop.RepositoryOf(peer)}:{index}";
            var time = await peer.BuildAsync(folder, dockerfile, image, isCached: true, context.Stop) + await peer.PushAsync(image, context.Stop);
            if (index >= WarmUps)
                times.Add(peer, time);
        }
    }

    private static async Task<Samples> TimeAsync(BenchmarkContext context, ImageMaker maker, Digest runtime)
    {
        var times = new List<double>();
        for (var index = 0; index < 2 * context.Scale(100); index++)
        {
            var clock = Stopwatch.StartNew();
            await maker.MakeAgentAsync(runtime, index, context.Stop);
            times.Add(clock.Elapsed.TotalSeconds);
        }

        return new(times.Skip(times.Count / 2));
    }

    private async Task<IReadOnlyList<RowResult>> MeasureManyAsync(BenchmarkContext context, Digest runtime)
    {
        var total = context.Scale(1_000);
        var runs = new List<IReadOnlyDictionary<string, double>>();
        var registrys = workshop.Registry.Cpu;
        for (var repetition = 1; repetition <= context.Repetitions; repetition++)
        {
            context.Progress.Say($"{total:N0} agent images, {MakeAgents.AtOnce} at a time: {repetition}");
            runs.Add(await WorkerProcess.RunAsync<MakeAgents>($"{workshop.Registry.Host} {runtime}", total));
        }

        registrys = workshop.Registry.Cpu - registrys;
        var rates = new Samples(runs.Select(run => total / run["seconds"]));
        var memory = new Samples(runs.Select(run => run["memory"]));
        var bound = await RegistryBound.MeasureAsync(workshop.Registry, MakeAgents.AtOnce, context.Scale(500), context.Stop);
        return
        [
            RowResult.Of($"{total:N0} agent images, {MakeAgents.AtOnce} at a time, without attestations, images/s", rates, "N0",
                Goal.AtLeast("images-many", rates.Median, 150, "images/s"), note: $"{bound.Describe(blobs: 2, manifests: 2)} {DescribeCpu(runs, total, registrys)}"),
            RowResult.Of("the same, resident memory, MB", memory, "N0", Goal.AtMost("images-many-memory", memory.Median, 200, "N0", "MB"),
                note: "Memory is the peak (VmHWM) of a process that does nothing else, .NET itself included."),
        ];
    }

    // The workers begin with a tenth as warm-up, which is in the registry's time and not in theirs.
    private static string DescribeCpu(List<IReadOnlyDictionary<string, double>> runs, int total, TimeSpan registrys) =>
        $"CPU for an image: {runs.Sum(run => run["cpu"]) * 1_000 / runs.Count / total:N1} ms of this project, {registrys.TotalMilliseconds / runs.Count / (total * 1.1):N1} ms of the registry.";
}
