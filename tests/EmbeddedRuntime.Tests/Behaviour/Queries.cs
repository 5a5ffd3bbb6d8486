namespace MultiAgentInfra.EmbeddedRuntime.Tests.Behaviour;

public abstract class Queries(StartHost start) : BehaviourSuite(start)
{
    [Fact]
    [Encodes(Sources.ClientTests, "GetInstances_AsPages_EndToEnd")]
    public async Task A_listing_comes_in_pages_that_together_hold_each_instance_once()
    {
        await using var host = await StartWithAsync(25);
        var pages = new List<Page<OrchestrationMetadata>>();
        await foreach (var page in host.Client.GetAllInstancesAsync(new OrchestrationQuery(PageSize: 10)).AsPages())
            pages.Add(page);
        Assert.Equal([10, 10, 5], pages.Select(page => page.Values.Count));
        Assert.Equal(25, pages.SelectMany(page => page.Values).Select(instance => instance.InstanceId).Distinct().Count());
        Assert.Null(pages[^1].ContinuationToken);
    }

    [Fact]
    [Encodes(Sources.GrpcClient, "ContinuationToken = continuation ?? filter?.ContinuationToken")]
    public async Task A_continuation_token_goes_on_where_the_page_ended()
    {
        await using var host = await StartWithAsync(5);
        var seen = new List<string>();
        string? token = null;
        do
        {
            var page = await FirstPageAsync(host.Client.GetAllInstancesAsync(new OrchestrationQuery(PageSize: 2, ContinuationToken: token)));
            seen.AddRange(page.Values.Select(instance => instance.InstanceId));
            token = page.ContinuationToken;
        }
        while (token is not null);
        Assert.Equal(["run-00", "run-01", "run-02", "run-03", "run-04"], seen.Order(StringComparer.Ordinal));
    }

    [Fact]
    [Encodes(Sources.Pages, "AsPages")]
    public async Task A_token_and_a_size_can_be_given_to_the_pages_too()
    {
        await using var host = await StartWithAsync(5);
        var all = host.Client.GetAllInstancesAsync();
        Page<OrchestrationMetadata>? first = null;
        await foreach (var page in all.AsPages(pageSizeHint: 3))
        {
            first = page;
            break;
        }

        var rest = new List<string>();
        await foreach (var page in all.AsPages(first!.ContinuationToken, pageSizeHint: 3))
            rest.AddRange(page.Values.Select(instance => instance.InstanceId));
        Assert.Equal(3, first.Values.Count);
        Assert.Equal(5, first.Values.Select(instance => instance.InstanceId).Concat(rest).Distinct().Count());
    }

    [Fact]
    [Encodes(Sources.GrpcClient, "InstanceIdPrefix")]
    public async Task A_prefix_selects_by_the_begin_of_the_id()
    {
        await using var host = await StartWithAsync(3);
        await host.BeginAsync("Wait", instanceId: "wait-run-1");
        Assert.Equal(3, await CountAsync(host, new OrchestrationQuery(InstanceIdPrefix: "run-")));
        Assert.Equal(1, await CountAsync(host, new OrchestrationQuery(InstanceIdPrefix: "run-02")));
        Assert.Equal(0, await CountAsync(host, new OrchestrationQuery(InstanceIdPrefix: "un-")));
    }

    [Fact]
    [Encodes(Sources.GrpcClient, "filter?.Statuses")]
    public async Task Statuses_select_and_none_select_all()
    {
        await using var host = await StartWithAsync(3);
        await host.BeginAsync("Wait", instanceId: "wait-1");
        Assert.Equal(1, await CountAsync(host, new OrchestrationQuery(Statuses: [OrchestrationRuntimeStatus.Running])));
        Assert.Equal(4, await CountAsync(host, new OrchestrationQuery(Statuses: [OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Completed])));
        Assert.Equal(0, await CountAsync(host, new OrchestrationQuery(Statuses: [OrchestrationRuntimeStatus.Suspended])));
        Assert.Equal(4, await CountAsync(host, new OrchestrationQuery(Statuses: [])));
        Assert.Equal(4, await CountAsync(host, null));
    }

    [Fact]
    [Encodes(Sources.MemoryService, "CreatedTimeFrom")]
    public async Task The_bounds_of_the_creation_time_are_inclusive()
    {
        await using var host = await StartWithAsync(1);
        var created = (await host.Client.GetInstanceAsync("run-00"))!.CreatedAt;
        var instant = TimeSpan.FromTicks(10);
        Assert.Equal(1, await CountAsync(host, new OrchestrationQuery(CreatedFrom: created, CreatedTo: created)));
        Assert.Equal(0, await CountAsync(host, new OrchestrationQuery(CreatedFrom: created + instant)));
        Assert.Equal(0, await CountAsync(host, new OrchestrationQuery(CreatedTo: created - instant)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Encodes(Sources.GrpcClient, "FetchInputsAndOutputs")]
    public async Task A_listing_has_inputs_and_outputs_only_when_they_were_asked_for(bool fetch)
    {
        await using var host = await StartWithAsync(1);
        var instance = (await FirstPageAsync(host.Client.GetAllInstancesAsync(new OrchestrationQuery(FetchInputsAndOutputs: fetch)))).Values[0];
        if (fetch)
            Assert.Equal("done", instance.ReadOutputAs<string>());
        else
            Assert.Throws<InvalidOperationException>(() => instance.ReadOutputAs<string>());
    }

    [Fact]
    [Encodes(Sources.Metadata, "IsCompleted")]
    public async Task Metadata_tell_the_name_the_times_the_tags_and_the_state()
    {
        await using var host = await StartWithAsync(0);
        var options = new StartOrchestrationOptions("one") { Tags = new Dictionary<string, string> { ["owner"] = "ada" } };
        await host.Client.ScheduleNewOrchestrationInstanceAsync("Wait", null, options);
        var running = await host.Client.WaitForInstanceStartAsync("one");
        Assert.Equal((true, false), (running.IsRunning, running.IsCompleted));
        await host.Client.RaiseEventAsync("one", "go");
        var ended = await host.FinishAsync("one");
        Assert.Equal((false, true), (ended.IsRunning, ended.IsCompleted));
        Assert.Equal(("Wait", "one", "ada"), (ended.Name, ended.InstanceId, ended.Tags["owner"]));
        Assert.Equal(running.CreatedAt, ended.CreatedAt);
        Assert.True(ended.LastUpdatedAt >= ended.CreatedAt);
    }

    [Fact]
    [Encodes(Sources.Metadata, "can only be used on")]
    public async Task Inputs_are_only_there_when_they_were_asked_for()
    {
        await using var host = await StartWithAsync(1);
        var metadata = await host.Client.GetInstanceAsync("run-00");
        Assert.Null(metadata!.SerializedInput);
        Assert.Throws<InvalidOperationException>(() => metadata.ReadInputAs<string>());
        Assert.Null(await host.Client.GetInstanceAsync("nobody"));
    }

    private async Task<DurableHost> StartWithAsync(int instances)
    {
        var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("Run", _ => "done")
            .AddOrchestratorFunc<string>("Wait", async context => await context.WaitForExternalEvent<string>("go")));
        var ids = Enumerable.Range(0, instances).Select(number => $"run-{number:00}").ToArray();
        await Task.WhenAll(ids.Select(id => host.Client.ScheduleNewOrchestrationInstanceAsync("Run", new StartOrchestrationOptions(id))));
        await Task.WhenAll(ids.Select(host.FinishAsync));
        return host;
    }

    private static async Task<int> CountAsync(DurableHost host, OrchestrationQuery? query)
    {
        var count = 0;
        await foreach (var _ in host.Client.GetAllInstancesAsync(query))
            count++;
        return count;
    }

    private static async Task<Page<OrchestrationMetadata>> FirstPageAsync(AsyncPageable<OrchestrationMetadata> instances)
    {
        await foreach (var page in instances.AsPages())
            return page;
        throw new InvalidOperationException("There is always a page.");
    }
}
