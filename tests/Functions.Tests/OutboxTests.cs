using System.Reflection;
using Microsoft.Extensions.Logging.Abstractions;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Operations;
using MultiAgentInfra.EmbeddedRuntime;
using MultiAgentInfra.Functions.Maintenance;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Functions.Tests;

public sealed class OutboxTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task What_was_committed_and_not_started_is_started_once_by_the_timer()
    {
        var (agent, operation) = await api.CommitAsync();
        Assert.Contains(await api.Get<OutboxStore>().ListAsync(100, default), entry => entry.InstanceId == operation.InstanceId);

        await api.Get<OutboxDispatcher>().DispatchAsync(api.Get<DurableTaskClient>(), default);
        await api.Get<OutboxDispatcher>().DispatchAsync(api.Get<DurableTaskClient>(), default);

        var instance = await api.Get<DurableTaskClient>().GetInstanceAsync(operation.InstanceId, true, default);
        Assert.Equal(OutboxEntry.DeployOrchestrator, instance?.Name);
        Assert.Contains(agent.Id.ToString(), instance!.SerializedInput, StringComparison.Ordinal);
        Assert.DoesNotContain(await api.Get<OutboxStore>().ListAsync(100, default), entry => entry.InstanceId == operation.InstanceId);
    }

    [Fact]
    public async Task What_the_last_process_left_is_started_with_the_application_and_not_at_the_next_tick()
    {
        var dispatch = typeof(MaintenanceFunctions).GetMethod(nameof(MaintenanceFunctions.DispatchOutboxAsync))!;
        Assert.True(dispatch.GetParameters()[0].GetCustomAttribute<TimerTriggerAttribute>()!.RunOnStartup);
    }

    [Fact]
    public async Task Starting_a_known_instance_again_does_nothing()
    {
        var (_, operation) = await api.CommitAsync();
        var client = api.Get<DurableTaskClient>();
        var earlier = await client.ScheduleNewOrchestrationInstanceAsync(
            new TaskName(OutboxEntry.DeployOrchestrator), "the first input", new StartOrchestrationOptions { InstanceId = operation.InstanceId });

        await api.Get<OutboxDispatcher>().DispatchAsync(client, default);

        Assert.Equal("\"the first input\"", (await client.GetInstanceAsync(earlier, true, default))?.SerializedInput);
        Assert.DoesNotContain(await api.Get<OutboxStore>().ListAsync(100, default), entry => entry.InstanceId == operation.InstanceId);
    }

    [Fact]
    public async Task A_purged_instance_is_not_started_again_because_its_operation_has_begun()
    {
        var (_, operation) = await api.CommitAsync();
        await api.Get<OperationStore>().StartAsync(operation.Id, default);

        await api.Get<OutboxDispatcher>().DispatchAsync(api.Get<DurableTaskClient>(), default);

        Assert.Null(await api.Get<DurableTaskClient>().GetInstanceAsync(operation.InstanceId, default));
        Assert.DoesNotContain(await api.Get<OutboxStore>().ListAsync(100, default), entry => entry.InstanceId == operation.InstanceId);
    }

    [Fact]
    public async Task An_operation_past_its_deadline_is_ended_as_failed_with_its_agent()
    {
        var (agent, operation) = await api.CommitAsync();
        // The fake clock stands years ahead.
        var sweeper = new OperationSweeper(api.Get<OperationStore>(), api.Get<AgentStore>(), api.Get<IAgentTarget>(), new FakeClock(), NullLogger<OperationSweeper>.Instance);

        await sweeper.SweepAsync(api.Get<DurableTaskClient>(), default);

        var ended = await api.Get<OperationStore>().FindAsync(operation.Id, default);
        Assert.Equal(OperationStatus.Failed, ended?.Status);
        Assert.Contains("deadline", ended!.Error!.Message, StringComparison.Ordinal);
        Assert.Equal(AgentStatus.Failed, (await api.Get<AgentStore>().FindAsync(agent.Id, default))?.Status);
    }
}
