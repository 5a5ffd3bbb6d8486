using MultiAgentInfra.Benchmarks.Images;

namespace MultiAgentInfra.Benchmarks.Rows;

/// <summary>The image of one agent on an existing runtime image, made and pushed.</summary>
internal sealed class AgentImages(ImageWorkshop workshop) : BenchmarkRow
{
    private const int WarmUps = 2;

    public override string Name => "agent";

    public override async Task<IReadOnlyList<RowResult>> MeasureAsync(BenchmarkContext context)
    {
        var runtime = await workshop.RuntimeAsync(context);
        var peers = new PeerTimes();
        foreach (var peer in workshop.Peers)
            await MeasureAsync(context, peer, runtime, peers);
        return [new("agent image on that runtime image, build + push, s", "–", "", null, peers.ToString())];
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
}
