using System.Formats.Tar;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Benchmarks.Images;

/// <summary>What all rows share: the registry, the peers, the application that runtime images are made of, and one runtime image for agents to stand on.</summary>
internal sealed class ImageWorkshop : IAsyncDisposable
{
    private const string Memory = "/dev/shm";

    private readonly DirectoryInfo _files;
    private readonly DockerServer _docker;
    private readonly HashSet<string> _pushed = [];
    private Digest? _runtime;

    private ImageWorkshop(DirectoryInfo files, LocalRegistry registry, DockerServer docker, BuildahPeer buildah, RuntimeApplication application)
    {
        (_files, Registry, _docker, Application) = (files, registry, docker, application);
        Peers = [new DockerPeer(docker, hasBuildKit: false), new DockerPeer(docker, hasBuildKit: true), buildah];
    }

    /// <summary>Its files are in memory, so that the makers of images are compared and not the disk, on which its syncs outweigh all else.</summary>
    public LocalRegistry Registry { get; }

    public RuntimeApplication Application { get; }

    /// <summary>Docker with its older builder is the first.</summary>
    public IReadOnlyList<ImagePeer> Peers { get; }

    private string BaseImage => $"{Registry.Host}/base:1";

    public static async Task<ImageWorkshop> OpenAsync(BenchmarkContext context)
    {
        var application = await RuntimeApplication.InstallAsync(context);
        context.Progress.Say("starting docker-registry and dockerd");
        var docker = await DockerServer.StartAsync(context.NewFolder(), context.Stop);
        var files = Directory.CreateDirectory(Path.Combine(Memory, $"registry-{Guid.NewGuid():N}"));
        var registry = await LocalRegistry.StartAsync(context.NewFolder(), files.FullName, context.Stop);
        var workshop = new ImageWorkshop(files, registry, docker, new BuildahPeer(context.NewFolder()), application);
        try
        {
            await workshop.MakeBaseAsync(context);
            return workshop;
        }
        catch
        {
            await workshop.DisposeAsync();
            throw;
        }
    }

    /// <summary>A peer's runtime image, built from nothing and pushed.</summary>
    public async Task<(TimeSpan Build, TimeSpan Push)> MakeRuntimeAsync(BenchmarkContext context, ImagePeer peer, bool isCached)
    {
        var dockerfile = Path.Combine(context.NewFolder(), "Dockerfile");
        await File.WriteAllTextAsync(dockerfile, $"""
            FROM {BaseImage}
            WORKDIR /app
            COPY package.json package-lock.json start-agent.mjs ./
            COPY node_modules ./node_modules
            USER 1000:1000
            WORKDIR /data
            CMD ["node", "/app/start-agent.mjs", "/app/character.json"]

            """, context.Stop);
        var image = $"{Registry.Host}/{RepositoryOf(peer)}:1";
        var build = await peer.BuildAsync(Application.Folder, dockerfile, image, isCached, context.Stop);
        var push = await peer.PushAsync(image, context.Stop);
        _pushed.Add(RepositoryOf(peer));
        return (build, push);
    }

    /// <summary>The image that the peers' agent images stand on: Docker's.</summary>
    public async Task<string> PeersRuntimeAsync(BenchmarkContext context)
    {
        if (!_pushed.Contains(RepositoryOf(Peers[0])))
        {
            context.Progress.Say("making the peers' runtime image");
            await MakeRuntimeAsync(context, Peers[0], isCached: true);
        }

        return $"{Registry.Host}/{RepositoryOf(Peers[0])}:1";
    }

    /// <summary>The image of the same application that this project's agent images stand on, attested.</summary>
    public async Task<Digest> RuntimeAsync(BenchmarkContext context)
    {
        if (_runtime is not null)
            return _runtime;
        context.Progress.Say("making this project's runtime image");
        using var maker = new ImageMaker(Registry.Host, context.NewFolder());
        var image = await maker.MakeRuntimeAsync(Application.Folder, context.Stop);
        await maker.AttestRuntimeAsync(image, await Application.ListComponentsAsync(context), context.Stop);
        return _runtime = image.Digest;
    }

    public static string RepositoryOf(ImagePeer peer) => $"runtime-{string.Concat(peer.Name.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant()}";

    public static async Task<string> DescribeAsync(CancellationToken stop)
    {
        var registry = (await ExternalProgram.RunAsync("docker-registry", ["--version"], stop)).Split(' ')[^1];
        return $"{await ExternalProgram.RunAsync(DockerServer.Command, ["--version"], stop)}; {await ExternalProgram.RunAsync("buildah", ["--version"], stop)}; " +
            $"registry {registry}, with its files in memory for all sides.";
    }

    public async ValueTask DisposeAsync()
    {
        await _docker.DisposeAsync();
        await Registry.DisposeAsync();
        _files.Delete(recursive: true);
    }

    private async Task MakeBaseAsync(BenchmarkContext context)
    {
        var folder = context.NewFolder();
        var programs = Directory.CreateDirectory(Path.Combine(folder, "root", "bin")).FullName;
        File.Copy("/bin/busybox", Path.Combine(programs, "busybox"));
        var tar = Path.Combine(folder, "base.tar");
        await TarFile.CreateFromDirectoryAsync(Path.Combine(folder, "root"), tar, includeBaseDirectory: false, context.Stop);
        await _docker.RunAsync(context.Stop, "import", tar, BaseImage);
        await _docker.RunAsync(context.Stop, "push", "--quiet", BaseImage);
    }
}
