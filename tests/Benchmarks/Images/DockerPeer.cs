namespace MultiAgentInfra.Benchmarks.Images;

/// <summary>The docker command with a Docker Engine, by one of its two builders.</summary>
internal sealed class DockerPeer(DockerServer docker, bool hasBuildKit) : ImagePeer
{
    public override string Name => hasBuildKit ? "docker (BuildKit)" : "docker";

    public override async Task<TimeSpan> BuildAsync(string folder, string dockerfile, string image, bool isCached, CancellationToken stop)
    {
        if (!isCached)
            await docker.RunAsync(stop, "builder", "prune", "--all", "--force");
        string[] cache = isCached ? [] : ["--no-cache"];
        return await TimeAsync(() => docker.RunAsync(
            ["build", "--quiet", "--network=none", .. cache, "--file", dockerfile, "--tag", image, folder], stop, ("DOCKER_BUILDKIT", hasBuildKit ? "1" : "0")));
    }

    public override Task<TimeSpan> PushAsync(string image, CancellationToken stop) => TimeAsync(() => docker.RunAsync(stop, "push", "--quiet", image));
}
