using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using MultiAgentInfra.Clients.Docker;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Clients.Tests.Docker;
using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Clients.Tests.Targets;

/// <summary>A real engine and a real registry with a password, which holds three images: one stops when it is asked to, one does not, and one takes all the
/// memory that it gets.</summary>
public sealed class ContainerFixture : IAsyncLifetime
{
    public const string Repository = "agents/of-a-test";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("docker-target-");
    private readonly HttpClient _http = new();
    private DockerConnection? _connection;
    private RegistryProcess? _process;
    private Digest? _stops;
    private Digest? _ignores;
    private Digest? _eats;

    public DockerEngine Engine { get; private set; } = null!;

    public DockerContainers Containers { get; private set; } = null!;

    public RemoteRegistry Registry { get; private set; } = null!;

    /// <summary>The image that takes memory.</summary>
    public Digest Eats => _eats!;

    /// <summary>As a Portainer keeps it: the JSON of an X-Registry-Auth.</summary>
    public string Login => $$"""{"username":"{{RegistryProcess.Username}}","password":"{{RegistryProcess.Password}}","serveraddress":"{{Registry.Name.Split("//")[1]}}"}""";

    public static void Require() => BuilderFixture.Require();

    public async ValueTask InitializeAsync()
    {
        if (!Requires.Has("dockerd") || !Requires.Has("busybox") || !Requires.Has("docker-registry"))
            return;
        Engine = await DockerEngine.StartAsync();
        _process = await RegistryProcess.StartAsync(new() { Password = true });
        var options = new RegistryOptions { Address = _process.Address, Username = RegistryProcess.Username, Password = RegistryProcess.Password };
        Registry = new(options, Path.Combine(_folder.FullName, "spool"), TimeProvider.System, NullLogger<RemoteRegistry>.Instance);
        _connection = DockerConnection.To(new DockerOptions { Endpoint = Engine.Endpoint });
        Containers = new(_connection, TimeProvider.System);
        await Engine.RunAsync("login", "--username", options.Username, "--password", options.Password, RegistryNames.Host(options));
        _stops = await PushAsync("stops", "trap 'exit 0' TERM");
        _ignores = await PushAsync("ignores", "trap '' TERM");
        _eats = await PushAsync("eats", "exec busybox tail /dev/zero");
        // So that the target has to log in itself.
        await Engine.RunAsync("logout", RegistryNames.Host(options));
    }

    public DockerTarget NewTarget() => new(
        Containers, Registry, new(Engine.Endpoint, Path.Combine(_folder.FullName, "agents"), HostNetwork: true), new(_http, TimeProvider.System), NullLogger<DockerTarget>.Instance);

    public AgentLaunch NewLaunch(int attempt, Guid agentId) =>
        new(agentId, 1, attempt, Guid.NewGuid(), _stops!, Digest.Of("runtime"u8), 20000, 210001, new AgentResources());

    public Task PrepareAsync(IAgentTarget target, AgentLaunch launch, bool ignoresStop) => target.PrepareAsync(
        launch with { Image = ignoresStop ? _ignores! : launch.Image }, new(Repository, NotUnpacked, NotUnpacked), TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        _connection?.Dispose();
        _http.Dispose();
        Registry?.Dispose();
        if (Engine is not null)
            await Engine.DisposeAsync();
        if (_process is not null)
            await _process.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static Task NotUnpacked(string folder, CancellationToken cancellationToken) => throw new InvalidOperationException("An engine pulls its images itself.");

    private async Task<Digest> PushAsync(string tag, string trap)
    {
        var name = $"{Registry.FullName(Repository)}:{tag}";
        await SmallImage.ImportAsync(Engine, name, $$"""CMD ["sh", "-c", "{{trap}}; echo one; echo two; while true; do sleep 1 & wait $!; done"]""");
        var pushed = await Engine.RunAsync("push", name);
        await Engine.RunAsync("rmi", name);
        return Digest.Parse(Regex.Match(pushed, "sha256:[0-9a-f]{64}").Value);
    }
}
