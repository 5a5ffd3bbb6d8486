namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

public abstract class SubOrchestrationCases(int cached)
{
    [Fact]
    public async Task A_sub_orchestration_answers_its_parent_and_knows_it()
    {
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks
            .AddOrchestratorFunc<string>("Parent", context => context.CallSubOrchestratorAsync<string>("Child", "input")!)
            .AddOrchestratorFunc<string, string>("Child", (context, input) => $"{input} {context.Parent!.Name} {context.Parent.InstanceId}"));
        await engine.Client.ScheduleNewOrchestrationInstanceAsync("Parent", new StartOrchestrationOptions("p"));
        Assert.Equal("input Parent p", (await engine.FinishAsync("p")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_root_has_no_parent()
    {
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks.AddOrchestratorFunc<bool>("Run", context => context.Parent is null));
        Assert.True((await engine.RunAsync("Run")).ReadOutputAs<bool>());
    }

    [Fact]
    public async Task A_fixed_id_is_the_childs_instance_id()
    {
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks
            .AddOrchestratorFunc<string>("Parent", context => context.CallSubOrchestratorAsync<string>("Child", options: new SubOrchestrationOptions(instanceId: "kid"))!)
            .AddOrchestratorFunc<string>("Child", context => context.InstanceId));
        Assert.Equal("kid", (await engine.RunAsync("Parent")).ReadOutputAs<string>());
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await engine.Client.GetInstanceAsync("kid"))!.RuntimeStatus);
    }

    [Fact]
    public async Task A_fixed_id_that_runs_already_fails_the_call()
    {
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks
            .AddOrchestratorFunc("Parent", context => context.CallSubOrchestratorAsync("Child", options: new SubOrchestrationOptions(instanceId: "kid")))
            .AddOrchestratorFunc<string>("Child", async context => await context.WaitForExternalEvent<string>("never")));
        await engine.Client.ScheduleNewOrchestrationInstanceAsync("Child", new StartOrchestrationOptions("kid"));
        Assert.Contains("'kid' already exists", (await engine.RunAsync("Parent")).FailureDetails!.ErrorMessage);
    }

    [Fact]
    public async Task A_childs_failure_reaches_the_parent_with_its_causes()
    {
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks
            .AddOrchestratorFunc<string>("Parent", async context =>
            {
                try
                {
                    await context.CallSubOrchestratorAsync("Child");
                    return "no failure";
                }
                catch (TaskFailedException exception)
                {
                    return $"{exception.TaskName} {exception.FailureDetails.ErrorType.Split('.')[^1]} {exception.FailureDetails.InnerFailure!.ErrorMessage}";
                }
            })
            .AddOrchestratorFunc("Child", context => context.CallActivityAsync("Fail"))
            .AddActivityFunc("Fail", _ => throw new IOException("disk")));
        Assert.Equal("Child TaskFailedException disk", (await engine.RunAsync("Parent")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Children_run_side_by_side_and_grandchildren_answer_too()
    {
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks
            .AddOrchestratorFunc<int, int>("Tree", async (context, depth) => depth == 0
                ? 1
                : (await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => context.CallSubOrchestratorAsync<int>("Tree", depth - 1)))).Sum()));
        Assert.Equal(27, (await engine.RunAsync("Tree", 3)).ReadOutputAs<int>());
    }

    [Fact]
    public async Task A_terminated_child_fails_the_call()
    {
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks
            .AddOrchestratorFunc("Parent", context => context.CallSubOrchestratorAsync("Child", options: new SubOrchestrationOptions(instanceId: "kid")))
            .AddOrchestratorFunc<string>("Child", async context => await context.WaitForExternalEvent<string>("never")));
        var parent = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Parent");
        await engine.WaitForStatusAsync("kid", OrchestrationRuntimeStatus.Running);
        await engine.Client.TerminateInstanceAsync("kid");
        Assert.Contains("terminated", (await engine.FinishAsync(parent)).FailureDetails!.ErrorMessage);
    }

    [Fact]
    public async Task A_child_that_is_still_running_survives_a_crash()
    {
        await using var engine = await TestEngine.StartAsync(cached, tasks => tasks
            .AddOrchestratorFunc<string>("Parent", context => context.CallSubOrchestratorAsync<string>("Child", options: new SubOrchestrationOptions(instanceId: "kid"))!)
            .AddOrchestratorFunc<string>("Child", async context => await context.WaitForExternalEvent<string>("go")));
        var parent = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Parent");
        await engine.WaitForStatusAsync("kid", OrchestrationRuntimeStatus.Running);
        await engine.CrashAndRestartAsync();
        await engine.Client.RaiseEventAsync("kid", "go", "done");
        Assert.Equal("done", (await engine.FinishAsync(parent)).ReadOutputAs<string>());
    }
}

public sealed class SubOrchestrationsWithCache() : SubOrchestrationCases(256);

public sealed class SubOrchestrationsWithReplay() : SubOrchestrationCases(0);
