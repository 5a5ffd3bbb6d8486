using System.Globalization;
using Microsoft.Extensions.Logging;
using MultiAgentInfra.Clients.Local;
using MultiAgentInfra.Clients.Processes;
using MultiAgentInfra.Clients.Targets;
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
        var leader = Assert.IsType<AgentState.RunningProcess>(await _target.InspectAsync(launch.AgentId)).Leader;
        try
        {
            // As a crash of the agent alone: its browser stays.
            await ProcessGroup.KillAsync(leader, TimeProvider.System, TestDeadline.Token());
            Assert.True(child.IsAlive);
            Assert.IsType<AgentState.RunningProcess>(await _target.InspectAsync(launch.AgentId));

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

    [Fact]
    public async Task An_agent_is_asked_to_stop_once_however_often_its_stop_is_looked_at()
    {
        // ElizaOS begins another shutdown at each request, beside the one that still closes its database.
        var log = new CountingLogger();
        using var target = new LocalTarget(_machine.Options, _machine.Isolation, TimeProvider.System, _machine.Eliza, log);
        var launch = await _machine.StartAsync(target, """{"onTerm":"ignore"}""");

        for (var look = 0; look < 3; look++)
            await target.SignalStopAsync(launch.AgentId, kill: false);
        Assert.Equal(1, log.Signals);

        await target.SignalStopAsync(launch.AgentId, kill: true);
        await AgentMachine.UntilExitedAsync(target, launch.AgentId);
        await _machine.StartAsync(target, """{"onTerm":"exit"}""", _machine.NewLaunch(attempt: 2, launch.AgentId));
        await target.SignalStopAsync(launch.AgentId, kill: false);
        Assert.Equal(3, log.Signals);
    }

    public async ValueTask DisposeAsync()
    {
        _target.Dispose();
        await _machine.DisposeAsync();
    }

    private sealed class CountingLogger : ILogger<LocalTarget>
    {
        public int Signals { get; private set; }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Name == "Signalled")
                Signals++;
        }
    }
}
