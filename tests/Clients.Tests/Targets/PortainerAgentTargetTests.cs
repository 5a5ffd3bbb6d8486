using Microsoft.Extensions.Logging.Abstractions;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Portainer;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Clients.Tests.Processes;
using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.Clients.Tests.Targets;

/// <summary>On a cluster whose pods are ready and gone at once.</summary>
public sealed class PortainerAgentTargetTests : AgentTargetTests, IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("portainer-agents-");
    private readonly List<IDisposable> _open = [];
    private readonly DataFolder _data;
    private readonly ControlDatabase _store;
    private PortainerServer _server = null!;
    private Cluster _cluster = null!;
    private RemoteRegistry _registry = null!;

    public PortainerAgentTargetTests()
    {
        _data = DataFolder.Open(_folder.FullName);
        _store = new(_data, TimeProvider.System);
    }

    protected override bool KeepsOutput => false;

    public async ValueTask InitializeAsync()
    {
        _server = await PortainerServer.StartAsync();
        _cluster = _server.AddKubernetes("one");
        _cluster.Times = new() { Pull = TimeSpan.Zero, Ready = TimeSpan.Zero, Termination = TimeSpan.Zero };
        _cluster.When(_ => true, Behaviour.Runs("one", "two"));
        _registry = new(new() { Address = "registry.example" }, _folder.FullName, TimeProvider.System, NullLogger<RemoteRegistry>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var item in _open)
            item.Dispose();
        _registry.Dispose();
        await _server.DisposeAsync();
        _store.Dispose();
        _data.Dispose();
        _folder.Delete(recursive: true);
    }

    protected override IAgentTarget NewTarget()
    {
        var connection = PortainerConnection.To(new() { Address = _server.Address, ApiKey = PortainerServer.ApiKey });
        var target = new PortainerTarget(
            new(connection, new(connection, TimeProvider.System), new(_store), TimeProvider.System), _registry, new(_store),
            new((_, _) => Task.FromResult(new Placement(1, "It goes to the first")), null, []), NullLogger<PortainerTarget>.Instance);
        _open.AddRange([target, connection]);
        return target;
    }

    protected override AgentLaunch NewLaunch(int attempt, Guid agentId) => new(
        agentId, 1, attempt, Guid.NewGuid(), Digest.Of("image"u8), Digest.Of("runtime"u8), RuntimeSettings.Port, 0, new AgentResources(), Guid.NewGuid(), null, "1.7.2");

    protected override Task PrepareAsync(IAgentTarget target, AgentLaunch launch, bool ignoresStop)
    {
        if (ignoresStop)
            _cluster.WhenAgent(launch.AgentId, Behaviour.SlowTermination(TimeSpan.FromHours(1)));
        return target.PrepareAsync(launch, new("agents", (_, _) => Task.CompletedTask, (_, _) => Task.CompletedTask), TestDeadline.Token());
    }
}
