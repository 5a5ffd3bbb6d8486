namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

public sealed class QueryCases
{
    [Fact]
    public async Task A_listing_comes_in_pages_that_together_hold_each_instance_once()
    {
        await using var engine = await StartAsync(25);
        var pages = new List<Page<OrchestrationMetadata>>();
        await foreach (var page in engine.Client.GetAllInstancesAsync(new OrchestrationQuery(PageSize: 10)).AsPages())
            pages.Add(page);
        Assert.Equal([10, 10, 5], pages.Select(page => page.Values.Count));
        Assert.Equal(25, pages.SelectMany(page => page.Values).Select(instance => instance.InstanceId).Distinct().Count());
    }

    [Fact]
    public async Task A_continuation_token_goes_on_where_the_page_ended()
    {
        await using var engine = await StartAsync(5);
        var first = await FirstPageAsync(engine, new OrchestrationQuery(PageSize: 2));
        var second = await FirstPageAsync(engine, new OrchestrationQuery(PageSize: 2, ContinuationToken: first.ContinuationToken));
        Assert.Equal(["run-02", "run-03"], second.Values.Select(instance => instance.InstanceId));
    }

    [Fact]
    public async Task Filters_by_prefix_status_and_time_apply()
    {
        await using var engine = await StartAsync(3);
        var later = engine.Clock.GetUtcNow().AddHours(1);
        engine.Clock.Advance(TimeSpan.FromHours(1));
        await engine.Client.ScheduleNewOrchestrationInstanceAsync("Wait", new StartOrchestrationOptions("wait-1"));
        await engine.Client.WaitForInstanceStartAsync("wait-1");
        Assert.Equal(3, await CountAsync(engine, new OrchestrationQuery(InstanceIdPrefix: "run-")));
        Assert.Equal(1, await CountAsync(engine, new OrchestrationQuery(Statuses: [OrchestrationRuntimeStatus.Running])));
        Assert.Equal(1, await CountAsync(engine, new OrchestrationQuery(CreatedFrom: later)));
        Assert.Equal(3, await CountAsync(engine, new OrchestrationQuery(CreatedTo: later.AddTicks(-1))));
        Assert.Equal(0, await CountAsync(engine, new OrchestrationQuery(InstanceIdPrefix: "RUN-")));
        Assert.Equal(4, await CountAsync(engine, null));
    }

    [Fact]
    public async Task A_purge_by_filter_takes_what_the_filter_names()
    {
        await using var engine = await StartAsync(3);
        await engine.Client.ScheduleNewOrchestrationInstanceAsync("Wait", new StartOrchestrationOptions("wait-1"));
        await engine.Client.ScheduleNewOrchestrationInstanceAsync("Unknown", new StartOrchestrationOptions("failed-1"));
        await engine.FinishAsync("failed-1");
        var failed = await engine.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter(Statuses: [OrchestrationRuntimeStatus.Failed]));
        Assert.Equal(1, failed.PurgedInstanceCount);
        var rest = await engine.Client.PurgeInstancesAsync(null, engine.Clock.GetUtcNow());
        Assert.Equal(3, rest.PurgedInstanceCount);
        Assert.Equal(1, await CountAsync(engine, null));
    }

    [Fact]
    public async Task A_recursive_purge_takes_the_children_along()
    {
        await using var engine = await TestEngine.StartAsync(256, tasks => tasks.AddOrchestratorFunc<int>("Tree", async (context, depth) =>
        {
            if (depth > 0)
                await context.CallSubOrchestratorAsync("Tree", depth - 1);
        }));
        var root = (await engine.RunAsync("Tree", 3)).InstanceId;
        Assert.Equal(4, (await engine.Client.PurgeInstanceAsync(root, new PurgeInstanceOptions(Recursive: true))).PurgedInstanceCount);
        Assert.Equal(0, await CountAsync(engine, null));
    }

    private static async Task<TestEngine> StartAsync(int instances)
    {
        var engine = await TestEngine.StartAsync(256, tasks => tasks
            .AddOrchestratorFunc<string>("Run", _ => "done")
            .AddOrchestratorFunc<string>("Wait", async context => await context.WaitForExternalEvent<string>("go")));
        var ids = Enumerable.Range(0, instances).Select(number => $"run-{number:00}").ToArray();
        await Task.WhenAll(ids.Select(id => engine.Client.ScheduleNewOrchestrationInstanceAsync("Run", new StartOrchestrationOptions(id))));
        await Task.WhenAll(ids.Select(engine.FinishAsync));
        return engine;
    }

    private static async Task<int> CountAsync(TestEngine engine, OrchestrationQuery? query)
    {
        var count = 0;
        await foreach (var _ in engine.Client.GetAllInstancesAsync(query))
            count++;
        return count;
    }

    private static async Task<Page<OrchestrationMetadata>> FirstPageAsync(TestEngine engine, OrchestrationQuery query)
    {
        await foreach (var page in engine.Client.GetAllInstancesAsync(query).AsPages())
            return page;
        throw new InvalidOperationException("There is always a page.");
    }
}
