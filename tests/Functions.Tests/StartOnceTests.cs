using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using MultiAgentInfra.Clients.Artifacts;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Operations;
using MultiAgentInfra.EmbeddedRuntime;
using MultiAgentInfra.EmbeddedRuntime.Engine;
using MultiAgentInfra.Functions.Maintenance;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Functions.Tests;

/// <summary>An outbox row that is still there after its instance was started, as a crash in between leaves it, on an engine that runs.</summary>
public sealed class StartOnceTests(ApiFixture api) : IClassFixture<ApiFixture>, IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();
    private DurableEngine _engine = null!;
    private readonly ConcurrentDictionary<string, int> _runs = new();

    public async ValueTask InitializeAsync()
    {
        var registry = new DurableTaskRegistry();
        registry.AddOrchestratorFunc<object, string>(new TaskName(OutboxEntry.DeployOrchestrator), (context, _) => RunAsync(context));
        var options = new DurableEngineOptions { DatabasePath = Path.Combine(_folder.FullName, "durable.db") };
        _engine = await DurableEngine.StartAsync(options, registry, new ServiceCollection().BuildServiceProvider());
    }

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("running")]
    [InlineData("finished")]
    [InlineData("failed")]
    [InlineData("terminated")]
    [InlineData("purged")]
    public async Task A_second_start_does_nothing(string state)
    {
        var (_, operation) = await api.CommitAsync();
        await BringToAsync(state, operation);

        await api.Get<OutboxDispatcher>().DispatchAsync(_engine.Client, default);
        await _engine.Client.WaitForInstanceCompletionAsync(await SentinelAsync());

        Assert.Equal(1, _runs[operation.InstanceId]);
        Assert.DoesNotContain(await api.Get<OutboxStore>().ListAsync(100, default), entry => entry.InstanceId == operation.InstanceId);
    }

    [Fact]
    public async Task An_operation_whose_orchestration_ended_without_it_is_ended_by_the_sweeper()
    {
        var (_, operation) = await api.CommitAsync();
        await BringToAsync("failed", operation);
        await api.Get<OperationStore>().StartAsync(operation.Id, default);

        await new OperationSweeper(api.Get<OperationStore>(), api.Get<AgentStore>(), api.Get<IAgentTarget>(), TimeProvider.System, NullLogger<OperationSweeper>.Instance)
            .SweepAsync(_engine.Client, default);

        var ended = await api.Get<OperationStore>().FindAsync(operation.Id, default);
        Assert.Equal(OperationStatus.Failed, ended?.Status);
        Assert.Contains("the orchestrator has a defect", ended!.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_history_of_an_ended_instance_is_kept_for_a_day()
    {
        var (_, operation) = await api.CommitAsync();
        await BringToAsync("finished", operation);
        var (today, yearsLater) = (TimeProvider.System, new FakeClock());

        await KeepHouseAsync(today);
        Assert.NotNull(await _engine.Client.GetInstanceAsync(operation.InstanceId));
        await KeepHouseAsync(yearsLater);
        Assert.Null(await _engine.Client.GetInstanceAsync(operation.InstanceId));

        Task KeepHouseAsync(TimeProvider time) =>
            new Housekeeping(api.Get<AgentStore>(), api.Get<IAgentTarget>(), api.Get<OperationArtifacts>(), api.Get<RetentionSweeper>(), time).RunAsync(_engine.Client, default);
    }

    private async Task BringToAsync(string state, Operation operation)
    {
        var client = _engine.Client;
        await client.ScheduleNewOrchestrationInstanceAsync(
            new TaskName(OutboxEntry.DeployOrchestrator), new StartOrchestrationOptions { InstanceId = operation.InstanceId });
        await client.WaitForInstanceStartAsync(operation.InstanceId);
        if (state is "running")
            return;
        if (state is "terminated")
            await client.TerminateInstanceAsync(operation.InstanceId);
        else
            await client.RaiseEventAsync(operation.InstanceId, "end", state);
        await client.WaitForInstanceCompletionAsync(operation.InstanceId);
        if (state is not "purged")
            return;
        await api.Get<OperationStore>().StartAsync(operation.Id, default);
        await client.PurgeInstanceAsync(operation.InstanceId);
    }

    /// <summary>Another instance: once it has ended, whatever the dispatch started has begun too.</summary>
    private async Task<string> SentinelAsync()
    {
        var id = await _engine.Client.ScheduleNewOrchestrationInstanceAsync(new TaskName(OutboxEntry.DeployOrchestrator));
        await _engine.Client.RaiseEventAsync(id, "end", "finished");
        return id;
    }

    private async Task<string?> RunAsync(TaskOrchestrationContext context)
    {
        if (!context.IsReplaying)
            _runs.AddOrUpdate(context.InstanceId, 1, (_, runs) => runs + 1);
        return await context.WaitForExternalEvent<string>("end") is "failed"
            ? throw new InvalidOperationException("the orchestrator has a defect")
            : "done";
    }
}
