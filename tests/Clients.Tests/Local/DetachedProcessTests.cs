using System.Globalization;
using MultiAgentInfra.Clients.Local;
using MultiAgentInfra.Clients.Processes;
using MultiAgentInfra.Clients.Tests.Processes;

namespace MultiAgentInfra.Clients.Tests.Local;

public sealed class DetachedProcessTests : IAsyncDisposable
{
    private readonly AgentMachine _machine = new();
    private readonly LocalTarget _target;

    public DetachedProcessTests() => _target = _machine.NewTarget();

    [Fact]
    public async Task What_an_agent_started_in_a_session_of_its_own_is_the_agents_and_ends_with_it()
    {
        var launch = await _machine.StartAsync(_target, """{"onTerm":"exit","detach":true}""");
        var text = await File.ReadAllTextAsync(Path.Combine(_machine.DataOf(launch.AgentId), "child.json"), TestDeadline.Token());
        var child = ProcessIdentity.Read(int.Parse(text, CultureInfo.InvariantCulture))!;
        var leader = Assert.IsType<LocalAgentState.Running>(await _target.InspectAsync(launch.AgentId)).Leader;
        try
        {
            // As a crash of the agent alone: its browser stays.
            await ProcessGroup.KillAsync(leader, TimeProvider.System, TestDeadline.Token());
            Assert.True(child.IsAlive);
            Assert.IsType<LocalAgentState.Running>(await _target.InspectAsync(launch.AgentId));

            await _target.SignalStopAsync(launch.AgentId, kill: true);
            await AgentMachine.UntilExitedAsync(_target, launch.AgentId);
            Assert.False(child.IsAlive);
        }
        finally
        {
            if (child.IsAlive)
                await ProcessGroup.KillAsync(child, TimeProvider.System, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _target.Dispose();
        await _machine.DisposeAsync();
    }
}
