namespace MultiAgentInfra.EmbeddedRuntime.Tests.Behaviour;

public abstract class Versions(StartHost start) : BehaviourSuite(start)
{
    [Fact]
    [Encodes(Sources.Patterns, "OrchestrationVersionPassedThroughContext")]
    public async Task An_orchestrator_sees_the_version_of_its_start()
    {
        await using var host = await StartAsync(context => Task.FromResult<string?>($"'{context.Version}'"));
        Assert.Equal("'1.2'", await RunAsync(host, "1.2"));
        Assert.Equal("''", await RunAsync(host, null));
    }

    [Theory]
    [InlineData("2.0", "1.9", 1)]
    [InlineData("2.0", "2.0", 0)]
    [InlineData("2.0", "10.0", -1)]
    [InlineData("2.0", "", 1)]
    [InlineData("", "1.0", -1)]
    [InlineData("", "", 0)]
    [InlineData("beta", "ALPHA", 1)]
    [InlineData("Beta", "beta", 0)]
    [Encodes(Sources.Versioning, "CompareVersions")]
    public async Task Versions_are_compared_by_number_else_by_text_and_none_comes_first(string version, string other, int expected)
    {
        await using var host = await StartAsync(context => Task.FromResult<string?>($"{Math.Sign(context.CompareVersionTo(other))}"));
        Assert.Equal($"{expected}", await RunAsync(host, version));
    }

    [Fact]
    [Encodes(Sources.Factory, "TryCreateOrchestrator")]
    public async Task A_version_chooses_the_orchestrator_that_is_registered_for_it()
    {
        await using var host = await StartTwoVersionsAsync();
        Assert.Equal("one", await RunAsync(host, "1.0"));
        Assert.Equal("two", await RunAsync(host, "2.0"));
        Assert.Equal("unversioned", await RunAsync(host, null));
    }

    [Fact]
    [Encodes(Sources.Factory, "versionedOrchestratorNames")]
    public async Task An_unknown_version_is_not_found_where_there_are_others()
    {
        await using var host = await StartTwoVersionsAsync();
        await host.Client.ScheduleNewOrchestrationInstanceAsync("Run", new StartOrchestrationOptions("one") { Version = "3.0" });
        var failure = (await host.FinishAsync("one")).FailureDetails!;
        Assert.Equal(
            ("OrchestratorTaskNotFound", "No orchestrator task named 'Run' with version '3.0' was found."), (failure.ErrorType, failure.ErrorMessage));
    }

    [Fact]
    [Encodes(Sources.Factory, "compatibility fallback")]
    public async Task An_orchestrator_without_versions_serves_every_version()
    {
        await using var host = await StartAsync(context => Task.FromResult<string?>("any " + context.Version));
        Assert.Equal("any 7.1", await RunAsync(host, "7.1"));
    }

    [Fact]
    [Encodes(Sources.Factory, "TryCreateOrchestrator")]
    public async Task Without_an_unversioned_orchestrator_an_unversioned_start_is_not_found()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc<object, string>("Run", "1.0", (_, _) => Task.FromResult<string?>("one")));
        Assert.Equal("OrchestratorTaskNotFound", (await host.RunAsync("Run")).FailureDetails!.ErrorType);
    }

    [Fact]
    [Encodes(Sources.Context, "GetRequestedActivityVersion")]
    public async Task An_activity_has_the_orchestrations_version_unless_the_call_names_another()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("Run", async context => string.Join(
                ' ',
                await context.CallActivityAsync<string>("Which"),
                await context.CallActivityAsync<string>("Which", new TaskOptions { Version = "2.0" }),
                await context.CallActivityAsync<string>("Which", new TaskOptions { Version = TaskVersion.Unversioned })))
            .AddActivityFunc<object, string>("Which", default, (_, _) => Task.FromResult<string?>("unversioned"))
            .AddActivityFunc<object, string>("Which", "1.0", (_, _) => Task.FromResult<string?>("one"))
            .AddActivityFunc<object, string>("Which", "2.0", (_, _) => Task.FromResult<string?>("two")));
        Assert.Equal("one two unversioned", await RunAsync(host, "1.0"));
    }

    [Fact]
    [Encodes(Sources.Processor, "No activity task named")]
    public async Task An_unknown_version_of_an_activity_is_not_found_where_there_are_others()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Run", context => context.CallActivityAsync("Which", new TaskOptions { Version = "3.0" }))
            .AddActivityFunc<object, string>("Which", default, (_, _) => Task.FromResult<string?>("unversioned"))
            .AddActivityFunc<object, string>("Which", "1.0", (_, _) => Task.FromResult<string?>("one")));
        Assert.Equal("No activity task named 'Which' with version '3.0' was found.", (await host.RunAsync("Run")).FailureDetails!.InnerFailure!.ErrorMessage);
    }

    [Theory]
    [InlineData(null, "''")]
    [InlineData("5.0", "'5.0'")]
    [Encodes(Sources.Patterns, "SubOrchestrationTaskVersionOverridesDefaultVersion")]
    public async Task A_sub_orchestration_has_the_version_of_its_call_and_not_its_parents(string? version, string expected)
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("Run", context => context.CallSubOrchestratorAsync<string>(
                "Child", new SubOrchestrationOptions { Version = version is null ? null : new TaskVersion(version) })!)
            .AddOrchestratorFunc<string>("Child", context => $"'{context.Version}'"));
        Assert.Equal(expected, await RunAsync(host, "1.0"));
    }

    private static async Task<string?> RunAsync(DurableHost host, string? version)
    {
        var options = version is null ? new StartOrchestrationOptions() : new StartOrchestrationOptions { Version = version };
        return await host.OutputAsync(await host.Client.ScheduleNewOrchestrationInstanceAsync("Run", options));
    }

    private Task<DurableHost> StartTwoVersionsAsync() => StartAsync(tasks => tasks
        .AddOrchestratorFunc<object, string>("Run", default, (_, _) => Task.FromResult<string?>("unversioned"))
        .AddOrchestratorFunc<object, string>("Run", "1.0", (_, _) => Task.FromResult<string?>("one"))
        .AddOrchestratorFunc<object, string>("Run", "2.0", (_, _) => Task.FromResult<string?>("two")));
}
