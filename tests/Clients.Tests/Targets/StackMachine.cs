using Microsoft.Extensions.Logging.Abstractions;
using MultiAgentInfra.Clients.Kubernetes;
using MultiAgentInfra.Clients.Portainer;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Clients.Tests.Local;
using MultiAgentInfra.Clients.Tests.Processes;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.TestSupport;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.Clients.Tests.Targets;

/// <summary>A Portainer of its own in front of the engine that others use too, one agent, and the steps of its operations: each is tried as often as
/// a deployment does, by a clock that goes on when a call waits.</summary>
internal sealed class StackMachine : IAsyncDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Meanwhile = TimeSpan.FromMilliseconds(5);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("stack-machine-");
    private readonly FakeClock _clock = new();
    private readonly ContainerFixture _fixture;
    private readonly PortainerConnection _connection;
    private readonly DataFolder _data;
    private readonly ControlDatabase _store;
    private readonly PortainerTarget _target;

    private StackMachine(ContainerFixture fixture, PortainerServer server)
    {
        (_fixture, Server) = (fixture, server);
        _connection = PortainerConnection.To(new() { Address = server.Address, ApiKey = PortainerServer.ApiKey });
        _data = DataFolder.Open(_folder.FullName);
        _store = new(_data, _clock);
        _target = new(
            new(_connection, new(_connection, _clock), new(_store), _clock), fixture.Registry, new(_store),
            new((_, _) => Task.FromResult(new Placement(PortainerServer.EndpointId, "test")), PortainerServer.RegistryId, []) { HostNetwork = true }, NullLogger<PortainerTarget>.Instance);
    }

    public PortainerServer Server { get; }

    public Guid AgentId { get; } = Guid.NewGuid();

    public static async Task<StackMachine> StartAsync(ContainerFixture fixture) => new(fixture, await PortainerServer.StartAsync(fixture.Engine, fixture.Login));

    public Task PrepareAsync(int attempt)
    {
        var launch = _fixture.NewLaunch(attempt, AgentId);
        return TryAsync(() => _fixture.PrepareAsync(_target, launch, ignoresStop: false));
    }

    /// <summary>Asks again while nobody has answered, as an orchestration does.</summary>
    public Task StartAsync() => TryAsync(async () =>
    {
        while (!await _target.StartAsync(AgentId, AgentMachine.Secrets, new Dictionary<string, string>(), TestDeadline.Token()))
            _clock.Advance(Look);
    });

    public async Task<AgentState> InspectAsync()
    {
        AgentState? state = null;
        await TryAsync(async () => state = await _target.InspectAsync(AgentId, TestDeadline.Token()));
        return state!;
    }

    public async Task StopAsync()
    {
        await TryAsync(() => _target.SignalStopAsync(AgentId, kill: true, TestDeadline.Token()));
        await Wait.UntilAsync($"the end of agent {AgentId}", TimeSpan.FromSeconds(20), async () => (await InspectAsync()).IsGone);
    }

    /// <summary>As a deletion does it: first the stack, then all the rest.</summary>
    public async Task RemoveAsync()
    {
        await TryAsync(() => _target.RemoveTemplateAsync(AgentId));
        await TryAsync(() => _target.RemoveAsync(AgentId, TestDeadline.Token()));
    }

    /// <summary>The attempts of its containers, whatever they do.</summary>
    public Task<string> ContainersAsync() =>
        _fixture.Engine.RunAsync("ps", "--all", "--filter", Label, "--format", "{{.Label \"multi-agent-infra/attempt\"}} {{.State}}");

    public async Task<string> LeftAsync() => await ContainersAsync() + await _fixture.Engine.RunAsync("volume", "ls", "--quiet", "--filter", Label)
        + await _fixture.Engine.RunAsync("volume", "ls", "--quiet", "--filter", $"name={ComposeManifest.Name(AgentId)}") + string.Join(' ', Server.Stacks);

    public async ValueTask DisposeAsync()
    {
        _target.Dispose();
        _connection.Dispose();
        await Server.DisposeAsync();
        _store.Dispose();
        _data.Dispose();
        _folder.Delete(recursive: true);
    }

    private string Label => $"label={KubernetesNames.AgentLabel}={AgentId}";

    private async Task TryAsync(Func<Task> step)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await ThroughTimeAsync(step());
                return;
            }
            catch (Exception exception) when (attempt < StepBudgets.Attempts && exception is ApiException or InvalidOperationException)
            {
                // As an activity that has failed.
            }
        }
    }

    private async Task ThroughTimeAsync(Task work)
    {
        while (!work.IsCompleted)
        {
            if (!Server.IsBehind && (Server.CallsWaiting > 0 || _clock.NextTimer - _clock.GetUtcNow() <= Step))
                _clock.Advance(Step);
            await Task.WhenAny(work, Task.Delay(Meanwhile, TimeProvider.System));
        }

        await work;
    }
}
