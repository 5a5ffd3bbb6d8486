using System.Text.Json;
using MultiAgentInfra.TestSupport;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.EndToEnd;

/// <summary>The tests whose agents are built by one real engine, for one real registry: what the first of them builds, the next one finds.</summary>
[CollectionDefinition(nameof(ContainerRun))]
public sealed class ContainerRun : ICollectionFixture<ContainerRun>, IAsyncLifetime
{
    private static readonly string[] Programs = ["npm", "dockerd", "busybox", "docker-registry"];

    private Dictionary<string, string> _settings = [];
    private ControlPlane? _controlPlane;

    public DockerEngine Engine { get; private set; } = null!;

    public RegistryProcess Registry { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        if (!Programs.All(Requires.Has))
            return;
        Engine = await DockerEngine.StartAsync();
        Registry = await RegistryProcess.StartAsync(new() { Password = true });
        _settings = await ContainerSettings.OfAsync(Engine, Registry);
    }

    /// <summary>A new life of the control plane, which builds by the engine and has these settings too; skips the test where a server is missing.</summary>
    public async Task<ControlPlane> StartAsync(IReadOnlyDictionary<string, string>? more = null)
    {
        Require();
        var settings = _settings.Concat(more ?? new Dictionary<string, string>()).ToDictionary();
        if (_controlPlane is null)
            return _controlPlane = await ControlPlane.StartAsync(settings: settings);
        await _controlPlane.KillAsync();
        _controlPlane.Settings.Clear();
        foreach (var (name, value) in settings)
            _controlPlane.Settings[name] = value;
        await _controlPlane.RestartAsync();
        return _controlPlane;
    }

    /// <summary>A Portainer with the engine as its Docker environment, which knows the registry's password.</summary>
    public Task<PortainerServer> StartPortainerAsync()
    {
        Require();
        var login = new { username = RegistryProcess.Username, password = RegistryProcess.Password, serveraddress = new Uri(Registry.Address).Authority };
        return PortainerServer.StartAsync(Engine, JsonSerializer.Serialize(login));
    }

    public async ValueTask DisposeAsync()
    {
        if (_controlPlane is not null)
            await _controlPlane.DisposeAsync();
        if (Registry is not null)
            await Registry.DisposeAsync();
        if (Engine is not null)
            await Engine.DisposeAsync();
    }

    private static void Require()
    {
        foreach (var program in Programs)
            Requires.Program(program);
    }
}
