using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Clients.Tests.Local;
using MultiAgentInfra.Clients.Tests.Processes;

namespace MultiAgentInfra.Clients.Tests.Targets;

/// <summary>What every target does alike. Its agents write the lines one and two, and run until they are asked to stop, or killed.</summary>
public abstract class AgentTargetTests
{
    private readonly Dictionary<string, string> _environment = [];

    /// <summary>Whether an agent's output is there for longer than what wrote it.</summary>
    protected virtual bool KeepsOutput => true;

    /// <summary>A target as a new life of the control plane has it: with nothing in memory.</summary>
    protected abstract IAgentTarget NewTarget();

    protected abstract AgentLaunch NewLaunch(int attempt, Guid agentId);

    /// <summary>Prepares the launch; skips the test where a server is missing.</summary>
    protected abstract Task PrepareAsync(IAgentTarget target, AgentLaunch launch, bool ignoresStop);

    protected async Task<AgentLaunch> PrepareAsync(IAgentTarget target, Guid agentId, int attempt = 1, bool ignoresStop = false)
    {
        var launch = NewLaunch(attempt, agentId);
        await PrepareAsync(target, launch, ignoresStop);
        return launch;
    }

    protected Task StartAsync(IAgentTarget target, Guid agentId) => target.StartAsync(agentId, AgentMachine.Secrets, _environment, TestDeadline.Token());

    protected static Task UntilGoneAsync(IAgentTarget target, Guid agentId) =>
        UntilAsync(async () => (await target.InspectAsync(agentId)).IsGone);

    protected static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var deadline = TestDeadline.Token();
        while (!await condition())
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, deadline);
    }

    [Fact]
    public async Task A_prepared_agent_starts_once_and_the_next_life_finds_it()
    {
        var (target, agentId) = (NewTarget(), Guid.NewGuid());
        Assert.IsType<AgentState.NotPrepared>(await target.InspectAsync(agentId));
        var launch = await PrepareAsync(target, agentId);
        await PrepareAsync(target, launch, ignoresStop: false);
        Assert.Equal(launch, Assert.IsType<AgentState.NotStarted>(await target.InspectAsync(agentId)).Launch);

        await StartAsync(target, agentId);
        var running = Assert.IsAssignableFrom<AgentState.Running>(await target.InspectAsync(agentId));
        await StartAsync(NewTarget(), agentId);

        Assert.Equal(running, await NewTarget().InspectAsync(agentId));
        Assert.Equal((launch, launch.Port), (running.Launch, running.Port));
    }

    [Fact]
    public async Task The_next_launch_starts_when_the_one_before_is_gone_and_not_earlier()
    {
        var (target, agentId) = (NewTarget(), Guid.NewGuid());
        await PrepareAsync(target, agentId);
        await StartAsync(target, agentId);
        await UntilAsync(async () => (await target.ReadLogTailAsync(agentId, 2)).Count == 2);
        var next = await PrepareAsync(target, agentId, attempt: 2);

        await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(target, agentId));
        await Assert.ThrowsAsync<InvalidOperationException>(() => target.RemoveAsync(agentId));
        Assert.Equal(1, Assert.IsAssignableFrom<AgentState.Running>(await target.InspectAsync(agentId)).Launch.Attempt);

        await target.SignalStopAsync(agentId, kill: false);
        await target.SignalStopAsync(agentId, kill: false);
        await UntilGoneAsync(target, agentId);
        Assert.IsType<AgentState.NotStarted>(await target.InspectAsync(agentId));
        await StartAsync(target, agentId);
        Assert.Equal(next, Assert.IsAssignableFrom<AgentState.Running>(await target.InspectAsync(agentId)).Launch);
    }

    [Fact]
    public async Task What_does_not_stop_is_killed_and_starts_again()
    {
        var (target, agentId) = (NewTarget(), Guid.NewGuid());
        await PrepareAsync(target, agentId, ignoresStop: true);
        await StartAsync(target, agentId);
        await UntilAsync(async () => (await target.ReadLogTailAsync(agentId, 2)).Count == 2);

        await target.SignalStopAsync(agentId, kill: false);
        Assert.False((await target.InspectAsync(agentId)).IsGone);
        await target.SignalStopAsync(agentId, kill: true);
        await UntilGoneAsync(target, agentId);
        Assert.False(Assert.IsType<AgentState.Exited>(await target.InspectAsync(agentId)).Clean);
        await target.SignalStopAsync(agentId, kill: true);

        await StartAsync(target, agentId);
        Assert.IsAssignableFrom<AgentState.Running>(await target.InspectAsync(agentId));
    }

    [Fact]
    public async Task Its_output_is_read_page_by_page_and_from_the_end()
    {
        var (target, agentId) = (NewTarget(), Guid.NewGuid());
        Assert.Empty((await target.ReadLogAsync(agentId, 0, 1024)).Lines);
        await PrepareAsync(target, agentId);
        await StartAsync(target, agentId);
        await UntilAsync(async () => (await target.ReadLogTailAsync(agentId, 2)).Count == 2);

        var all = await target.ReadLogAsync(agentId, 0, 1024);
        Assert.Equal(["one", "two"], all.Lines.Select(line => line.Text));
        Assert.Equal("two", Assert.Single(await target.ReadLogTailAsync(agentId, 1)).Text);
        var after = await target.ReadLogAsync(agentId, all.Next, 1024);
        Assert.Empty(after.Lines);
        Assert.Equal(all.Next, after.Next);

        var first = await target.ReadLogAsync(agentId, 0, 4);
        Assert.Equal("one", Assert.Single(first.Lines).Text);
        Assert.Equal("two", Assert.Single((await target.ReadLogAsync(agentId, first.Next, 1024)).Lines).Text);
    }

    [Fact]
    public async Task What_is_removed_leaves_nothing_and_can_be_removed_again()
    {
        var (target, agentId) = (NewTarget(), Guid.NewGuid());
        await target.RemoveAsync(agentId);
        await PrepareAsync(target, agentId);
        await StartAsync(target, agentId);
        await UntilAsync(async () => (await target.ReadLogTailAsync(agentId, 2)).Count == 2);
        await target.SignalStopAsync(agentId, kill: true);
        await UntilGoneAsync(target, agentId);

        await target.RemoveTemplateAsync(agentId);
        await target.RemoveTemplateAsync(agentId);
        await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(target, agentId));
        Assert.Equal(KeepsOutput, (await target.ReadLogTailAsync(agentId, 2)).Count > 0);
        await target.RemoveAsync(agentId);
        await target.RemoveAsync(agentId);

        Assert.IsType<AgentState.NotPrepared>(await target.InspectAsync(agentId));
        Assert.Empty(await target.ReadLogTailAsync(agentId, 2));
    }
}
