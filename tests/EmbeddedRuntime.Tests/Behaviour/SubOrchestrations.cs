namespace MultiAgentInfra.EmbeddedRuntime.Tests.Behaviour;

public abstract class SubOrchestrations(StartHost start) : BehaviourSuite(start)
{
    private static readonly SubOrchestrationOptions Kid = new(instanceId: "kid");

    [Fact]
    [Encodes(Sources.Patterns, "SubOrchestration")]
    public async Task A_sub_orchestration_gets_its_input_and_answers_its_parent()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<int>("Parent", context => context.CallSubOrchestratorAsync<int>("Child", 20))
            .AddOrchestratorFunc<int, int>("Child", (_, input) => input + 1));
        Assert.Equal(21, (await host.RunAsync("Parent")).ReadOutputAs<int>());
    }

    [Fact]
    [Encodes(Sources.Context, "Parent => this.invocationContext.Parent")]
    public async Task A_sub_orchestration_knows_its_parent()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("Parent", context => context.CallSubOrchestratorAsync<string>("Child")!)
            .AddOrchestratorFunc<string>("Child", context => $"{context.Parent!.Name} {context.Parent.InstanceId}"));
        await host.BeginAsync("Parent", instanceId: "p");
        Assert.Equal("Parent p", await host.OutputAsync("p"));
    }

    [Fact]
    [Encodes(Sources.Processor, "parent")]
    public async Task A_root_has_no_parent()
    {
        await using var host = await StartAsync(context => Task.FromResult<string?>($"{context.Parent is null}"));
        Assert.Equal("True", (await host.RunAsync("Run")).ReadOutputAs<string>());
    }

    [Fact]
    [Encodes(Sources.Context, "GetInstanceId(options) ?? this.NewGuid()")]
    public async Task A_sub_orchestration_without_an_id_gets_one_of_its_own()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string[]>("Parent", async context =>
                await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => context.CallSubOrchestratorAsync<string>("Child"))))
            .AddOrchestratorFunc<string>("Child", context => context.InstanceId));
        var parent = await host.RunAsync("Parent");
        var ids = parent.ReadOutputAs<string[]>()!;
        Assert.Equal(6, ids.Append(parent.InstanceId).Distinct().Count());
        foreach (var id in ids)
            Assert.Equal("Child", (await host.Client.GetInstanceAsync(id))!.Name);
    }

    [Fact]
    [Encodes(Sources.SubGuide, "### With Custom Instance ID")]
    public async Task A_fixed_id_is_the_childs_instance_id()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("Parent", context => context.CallSubOrchestratorAsync<string>("Child", options: Kid)!)
            .AddOrchestratorFunc<string>("Child", context => context.InstanceId));
        Assert.Equal("kid", (await host.RunAsync("Parent")).ReadOutputAs<string>());
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await host.Client.GetInstanceAsync("kid"))!.RuntimeStatus);
    }

    [Fact]
    [Encodes(Sources.Options, "WithInstanceId")]
    public async Task A_fixed_id_may_be_used_again_when_its_instance_has_ended()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("Parent", async context =>
                await context.CallSubOrchestratorAsync<string>("Child", "a", Kid) + await context.CallSubOrchestratorAsync<string>("Child", "b", Kid))
            .AddOrchestratorFunc<string, string>("Child", (_, input) => input));
        Assert.Equal("ab", (await host.RunAsync("Parent")).ReadOutputAs<string>());
    }

    [Fact]
    [Encodes(Sources.SubGuide, "### Custom IDs for Idempotency")]
    [OfficialHostDiffers("It starts the running instance anew, and whoever waits for the former run never hears of it.")]
    public async Task A_fixed_id_that_runs_already_fails_the_call_and_leaves_the_other_run_alone()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Parent", context => context.CallSubOrchestratorAsync("Child", options: Kid))
            .AddOrchestratorFunc<string>("Child", async context => await context.WaitForExternalEvent<string>("go")));
        await host.BeginAsync("Child", instanceId: "kid");
        Assert.Contains("'kid' already exists", (await host.RunAsync("Parent")).FailureDetails!.ErrorMessage, StringComparison.Ordinal);
        await host.Client.RaiseEventAsync("kid", "go", "undisturbed");
        Assert.Equal("undisturbed", await host.OutputAsync("kid"));
    }

    [Fact]
    [Encodes(Sources.Errors, "RetrySubOrchestrationFailures")]
    public async Task A_childs_failure_reaches_the_parent_with_its_causes()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("Parent", async context =>
            {
                try
                {
                    await context.CallSubOrchestratorAsync("Child");
                    return "no failure";
                }
                catch (TaskFailedException exception)
                {
                    return $"{exception.TaskName} {exception.FailureDetails.IsCausedBy<TaskFailedException>()} {exception.FailureDetails.InnerFailure!.ErrorMessage}";
                }
            })
            .AddOrchestratorFunc("Child", context => context.CallActivityAsync("Fail"))
            .AddActivityFunc("Fail", _ => throw new IOException("disk")));
        Assert.Equal("Child True disk", (await host.RunAsync("Parent")).ReadOutputAs<string>());
    }

    [Fact]
    [Encodes(Sources.Contract, "surfaced to the parent orchestration")]
    public async Task A_failed_child_leaves_its_siblings_alone()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("Parent", async context =>
            {
                var bad = context.CallSubOrchestratorAsync<string>("Child", true);
                var good = context.CallSubOrchestratorAsync<string>("Child", false);
                try
                {
                    await bad;
                    return "no failure";
                }
                catch (TaskFailedException)
                {
                    return await good;
                }
            })
            .AddOrchestratorFunc<bool, string>("Child", (_, fails) => fails ? throw new IOException("disk") : "fine"));
        Assert.Equal("fine", (await host.RunAsync("Parent")).ReadOutputAs<string>());
    }

    [Fact]
    [Encodes(Sources.Processor, "OrchestratorTaskNotFound")]
    public async Task An_unknown_sub_orchestrator_fails_the_call()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc("Parent", context => context.CallSubOrchestratorAsync("Nobody")));
        Assert.Equal("OrchestratorTaskNotFound", (await host.RunAsync("Parent")).FailureDetails!.InnerFailure!.ErrorType);
    }

    [Fact]
    [Encodes(Sources.SubGuide, "### Parallel Sub-Orchestrations (Fan-Out)")]
    public async Task Children_run_side_by_side_and_grandchildren_answer_too()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<int, int>("Tree", async (context, depth) => depth == 0
                ? 1
                : (await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => context.CallSubOrchestratorAsync<int>("Tree", depth - 1)))).Sum()));
        Assert.Equal(27, (await host.RunAsync("Tree", 3)).ReadOutputAs<int>());
    }

    [Fact]
    [Encodes(Sources.CoreDispatcher, "OrchestrationStatus == OrchestrationStatus.Terminated")]
    public async Task A_terminated_child_fails_the_call()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("Parent", async context =>
            {
                try
                {
                    await context.CallSubOrchestratorAsync("Child", options: Kid);
                    return "no failure";
                }
                catch (TaskFailedException failed)
                {
                    // The SDK gives no details here, so that only the name of the task is sure.
                    return failed.TaskName;
                }
            })
            .AddOrchestratorFunc<string>("Child", async context => await context.WaitForExternalEvent<string>("never")));
        var parent = await host.BeginAsync("Parent");
        await host.ReachAsync("kid", OrchestrationRuntimeStatus.Running);
        await host.Client.TerminateInstanceAsync("kid");
        Assert.Equal("Child", await host.OutputAsync(parent));
    }

    [Fact]
    [Encodes(Sources.Patterns, "ScheduleSubOrchestrationWithTags")]
    public async Task A_child_has_the_tags_of_its_call_and_not_its_parents()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc("Parent", context => context.CallSubOrchestratorAsync(
                "Child", options: new SubOrchestrationOptions(new TaskOptions(tags: new Dictionary<string, string> { ["kind"] = "child" }), "kid")))
            .AddOrchestratorFunc<string>("Child", _ => "done"));
        var options = new StartOrchestrationOptions("p") { Tags = new Dictionary<string, string> { ["kind"] = "parent", ["owner"] = "ada" } };
        await host.Client.ScheduleNewOrchestrationInstanceAsync("Parent", options);
        await host.FinishAsync("p");
        Assert.Equal("child", Assert.Single((await host.Client.GetInstanceAsync("kid"))!.Tags).Value);
    }

    [Fact]
    [Encodes(Sources.Contract, "Similarly, orchestrations can raise")]
    public async Task A_child_and_its_parent_talk_by_events()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("Parent", async context =>
            {
                var child = context.CallSubOrchestratorAsync<string>("Child", options: Kid);
                var question = await context.WaitForExternalEvent<string>("question");
                context.SendEvent("kid", "answer", question + "!");
                return await child;
            })
            .AddOrchestratorFunc<string>("Child", async context =>
            {
                context.SendEvent(context.Parent!.InstanceId, "question", "ready");
                return await context.WaitForExternalEvent<string>("answer");
            }));
        Assert.Equal("ready!", (await host.RunAsync("Parent")).ReadOutputAs<string>());
    }

    [Fact]
    [Encodes(Sources.Contract, "independent of the parent orchestrator")]
    public async Task A_child_that_is_still_running_survives_a_restart()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("Parent", context => context.CallSubOrchestratorAsync<string>("Child", options: Kid)!)
            .AddOrchestratorFunc<string>("Child", async context => await context.WaitForExternalEvent<string>("go")));
        var parent = await host.BeginAsync("Parent");
        await host.ReachAsync("kid", OrchestrationRuntimeStatus.Running);
        await host.RestartAsync();
        await host.Client.RaiseEventAsync("kid", "go", "done");
        Assert.Equal("done", await host.OutputAsync(parent));
    }
}
