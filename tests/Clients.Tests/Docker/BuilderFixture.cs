using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using MultiAgentInfra.Clients.Builds;
using MultiAgentInfra.Clients.Docker;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Clients.Tests.Docker;

/// <summary>An engine, a registry with a password, and a base image that is pinned there.</summary>
public sealed class BuilderFixture : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("builder-");
    private DataFolder? _data;

    public DockerEngine Engine { get; private set; } = null!;

    public RegistryProcess Process { get; private set; } = null!;

    public RegistryOptions RegistryOptions => new()
    {
        Address = Process.Address,
        Prefix = "team",
        Username = RegistryProcess.Username,
        Password = RegistryProcess.Password,
    };

    public RemoteRegistry Registry { get; private set; } = null!;

    public BuildOptions BuildOptions { get; private set; } = null!;

    public BuildFolder Folder { get; private set; } = null!;

    public static void Require()
    {
        EngineFixture.Require();
        Requires.Program("docker-registry");
    }

    public async ValueTask InitializeAsync()
    {
        if (!Requires.Has("dockerd") || !Requires.Has("busybox") || !Requires.Has("docker-registry"))
            return;
        Engine = await DockerEngine.StartAsync();
        Process = await RegistryProcess.StartAsync(new() { Password = true });
        Registry = new(RegistryOptions, Path.Combine(_folder.FullName, "spool"), TimeProvider.System, NullLogger<RemoteRegistry>.Instance);
        _data = DataFolder.Open(Path.Combine(_folder.FullName, "data"));
        Folder = new(_data);
        var name = $"{RegistryNames.Full(RegistryOptions, "base")}:1";
        await SmallImage.ImportAsync(Engine, name);
        await Engine.RunAsync("login", "--username", RegistryProcess.Username, "--password", RegistryProcess.Password, RegistryNames.Host(RegistryOptions));
        var pushed = await Engine.RunAsync("push", name);
        var digest = Regex.Match(pushed, "sha256:[0-9a-f]{64}").Value;
        BuildOptions = new() { BaseImage = $"{name}@{digest}" };
    }

    /// <summary>A builder as the composition root makes it, and with it a control plane's life.</summary>
    public DockerRuntimeBuilder Builder(DockerConnection? connection = null, RegistryLogin? login = null, RegistryOptions? registry = null)
    {
        var docker = new DockerOptions { Endpoint = Engine.Endpoint, BuildNetwork = "host" };
        var engine = new DockerEngineClient(connection ?? DockerConnection.To(docker), login, TimeProvider.System);
        return new(engine, Registry, Folder, DockerBuildTarget.From(BuildOptions, docker, registry ?? RegistryOptions));
    }

    public RegistryLogin Login => RegistryLogin.Of(RegistryOptions)!;

    /// <summary>The generated context; its text decides what the base's npm does.</summary>
    public BuildContext Context(string packageJson = "{}") => new(packageJson + "\n", "{}\n", DockerfileBuilder.Build(BuildOptions.ToBase()));

    public async ValueTask DisposeAsync()
    {
        Registry?.Dispose();
        _data?.Dispose();
        if (Engine is not null)
            await Engine.DisposeAsync();
        if (Process is not null)
            await Process.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
