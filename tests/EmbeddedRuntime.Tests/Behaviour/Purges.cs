namespace MultiAgentInfra.EmbeddedRuntime.Tests.Behaviour;

public abstract class Purges(StartHost start) : BehaviourSuite(start)
{
    private const string PurgesRunning = "Its purge by filter removes running instances too.";

    [Theory]
    [InlineData(OrchestrationRuntimeStatus.Completed)]
    [InlineData(OrchestrationRuntimeStatus.Failed)]
    [InlineData(OrchestrationRuntimeStatus.Terminated)]
    [Encodes(Sources.ClientTests, "PurgeInstance_EndToEnd")]
    public async Task A_purge_removes_a_finished_instance_once(OrchestrationRuntimeStatus status)
    {
        await using var host = await StartSomeAsync();
        var id = status.ToString();
        Assert.Equal(1, (await host.Client.PurgeInstanceAsync(id)).PurgedInstanceCount);
        Assert.Null(await host.Client.GetInstanceAsync(id));
        Assert.Equal(0, (await host.Client.PurgeInstanceAsync(id)).PurgedInstanceCount);
    }

    [Fact]
    [Encodes(Sources.Client, "but not in a")]
    public async Task A_purge_leaves_a_running_instance_and_finds_nobody_unknown()
    {
        await using var host = await StartSomeAsync();
        Assert.Equal(0, (await host.Client.PurgeInstanceAsync("Running")).PurgedInstanceCount);
        Assert.Equal(0, (await host.Client.PurgeInstanceAsync("nobody")).PurgedInstanceCount);
        await host.Client.RaiseEventAsync("Running", "go", "undisturbed");
        Assert.Equal("undisturbed", await host.OutputAsync("Running"));
    }

    [Fact]
    [Encodes(Sources.ClientTests, "PurgeInstances_WithFilter_EndToEnd")]
    public async Task A_purge_by_status_takes_what_the_filter_names()
    {
        await using var host = await StartSomeAsync();
        var filter = new PurgeInstancesFilter(
            CreatedFrom: host.Now.AddDays(-1), CreatedTo: host.Now.AddDays(1), Statuses: [OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated]);
        Assert.Equal(2, (await host.Client.PurgeAllInstancesAsync(filter)).PurgedInstanceCount);
        Assert.Null(await host.Client.GetInstanceAsync("Failed"));
        Assert.NotNull(await host.Client.GetInstanceAsync("Completed"));
    }

    [Fact]
    [Encodes(Sources.GrpcClient, "CreatedTimeTo = filter?.CreatedTo")]
    [OfficialHostDiffers(PurgesRunning)]
    public async Task A_purge_by_time_takes_the_finished_of_that_time()
    {
        await using var host = await StartSomeAsync();
        Assert.Equal(0, (await host.Client.PurgeInstancesAsync(host.Now.AddDays(1), null)).PurgedInstanceCount);
        Assert.Equal(0, (await host.Client.PurgeInstancesAsync(null, host.Now.AddDays(-1))).PurgedInstanceCount);
        Assert.Equal(3, (await host.Client.PurgeInstancesAsync(host.Now.AddDays(-1), host.Now)).PurgedInstanceCount);
        Assert.NotNull(await host.Client.GetInstanceAsync("Running"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Encodes(Sources.Client, "can be purged")]
    [OfficialHostDiffers(PurgesRunning)]
    public async Task A_purge_without_statuses_takes_every_finished_instance(bool emptyList)
    {
        await using var host = await StartSomeAsync();
        var filter = new PurgeInstancesFilter(Statuses: emptyList ? [] : null);
        Assert.Equal(3, (await host.Client.PurgeAllInstancesAsync(filter)).PurgedInstanceCount);
        Assert.NotNull(await host.Client.GetInstanceAsync("Running"));
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 4)]
    [Encodes(Sources.GrpcClient, "Recursive = recursive")]
    [OfficialHostDiffers("Its server does not pass the recursive flag on.")]
    public async Task A_recursive_purge_takes_the_sub_orchestrations_along(bool recursive, int expected)
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc<int>("Tree", async (context, depth) =>
        {
            if (depth > 0)
                await context.CallSubOrchestratorAsync("Tree", depth - 1);
        }));
        var root = (await host.RunAsync("Tree", 3)).InstanceId;
        Assert.Equal(expected, (await host.Client.PurgeInstanceAsync(root, new PurgeInstanceOptions(Recursive: recursive))).PurgedInstanceCount);
        var left = 0;
        await foreach (var _ in host.Client.GetAllInstancesAsync())
            left++;
        Assert.Equal(4 - expected, left);
    }

    /// <summary>One instance for each status, with the status as its id.</summary>
    private async Task<DurableHost> StartSomeAsync()
    {
        var host = await StartAsync(async context => await context.WaitForExternalEvent<string>("go"));
        await host.BeginAsync(instanceId: "Completed");
        await host.Client.RaiseEventAsync("Completed", "go");
        await host.BeginAsync("Nobody", instanceId: "Failed");
        await host.BeginAsync(instanceId: "Terminated");
        await host.Client.TerminateInstanceAsync("Terminated");
        await host.BeginAsync(instanceId: "Running");
        await Task.WhenAll(host.FinishAsync("Completed"), host.FinishAsync("Failed"), host.FinishAsync("Terminated"));
        return host;
    }
}
