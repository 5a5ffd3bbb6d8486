using System.Diagnostics;
using MultiAgentInfra.Benchmarks.Images;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Benchmarks.Rows;

/// <summary>The image of one agent on an existing runtime image, made and pushed one after the other, beside the peers.</summary>
internal sealed class AgentImages(ImageWorkshop workshop) : BenchmarkRow
{
    private const int WarmUps = 2;

    public override string Name => "agent";

    public override async Task<IReadOnlyList<RowResult>> MeasureAsync(BenchmarkContext context)
    {
        var below = await workshop.PeersRuntimeAsync(context);
        var peers = new PeerTimes();
        foreach (var peer in workshop.Peers)
            await MeasureAsync(context, peer, below, peers);

        var runtime = await workshop.RuntimeAsync(context);
        using var maker = new ImageMaker(workshop.Registry.Host, context.NewFolder());
        context.Progress.Say("agent images by this project");
        var bare = await TimeAsync(context, maker, runtime, null);
        var attested = await TimeAsync(context, maker, runtime, await maker.FindComponentsAsync(runtime, context.Stop));
        return
        [
            RowResult.Of("agent image on that runtime image, build + push, without attestations, s", bare, "N3",
                Goal.AtMost("images-agent", bare.Median, peers.Fastest / 10, "N3", "s"), peers.ToString(),
                "Agent image: another character each time. This project works in a process that is running, as the control plane does; the peers are commands, of which Docker's has its engine running."),
            RowResult.Of("the same with SBOM, verdict, provenance and signature, s", attested, "N3",
                Goal.AtMost("images-agent-attested", attested.Median, peers.Docker / 4, "N3", "s"), "not done by the peers; the goal is of docker's bare figure"),
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

    // The first half is the warm-up.
    private static async Task<Samples> TimeAsync(BenchmarkContext context, ImageMaker maker, Digest runtime, Descriptor? components)
    {
        var times = new List<double>();
        for (var index = 0; index < 2 * context.Scale(100); index++)
        {
            var clock = Stopwatch.StartNew();
            await maker.MakeAgentAsync(runtime, index, components, context.Stop);
            times.Add(clock.Elapsed.TotalSeconds);
        }

        return new(times.Skip(times.Count / 2));
    }
}
