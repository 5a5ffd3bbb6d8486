namespace MultiAgentInfra.Benchmarks.Images;

/// <summary>buildah, with its images on the measured disk.</summary>
internal sealed class BuildahPeer(string folder) : ImagePeer
{
    public override string Name => "buildah";

    public override Task<TimeSpan> BuildAsync(string context, string dockerfile, string image, bool isCached, CancellationToken stop) =>
        TimeAsync(() => RunAsync(
            stop, "bud", "--quiet", "--isolation", "chroot", "--network", "host", "--tls-verify=false", isCached ? "--layers" : "--no-cache",
            "--file", dockerfile, "--tag", image, context));

    public override Task<TimeSpan> PushAsync(string image, CancellationToken stop) =>
        TimeAsync(() => RunAsync(stop, "push", "--quiet", "--tls-verify=false", image));

    private Task<string> RunAsync(CancellationToken stop, params string[] arguments) =>
        ExternalProgram.RunAsync("buildah", ["--root", Path.Combine(folder, "root"), "--runroot", Path.Combine(folder, "run"), "--storage-driver", "overlay", .. arguments], stop);
}
