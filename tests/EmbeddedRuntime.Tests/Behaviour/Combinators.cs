namespace MultiAgentInfra.EmbeddedRuntime.Tests.Behaviour;

public abstract class Combinators(StartHost start) : BehaviourSuite(start)
{
    [Fact]
    [Encodes(Sources.Guide, "Task.WhenAll")]
    public async Task WhenAll_fails_only_when_all_have_ended_and_throws_the_first_failure_of_its_list()
    {
        var order = new TaskCompletionSource();
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("Run", async context =>
            {
                var late = context.CallActivityAsync<int>("Fail", "late");
                var early = context.CallActivityAsync<int>("Fail", "early");
                try
                {
                    await Task.WhenAll(late, early);
                    return "no failure";
                }
                catch (TaskFailedException failed)
                {
                    return $"{failed.FailureDetails.ErrorMessage} {late.IsFaulted} {early.IsFaulted}";
                }
            })
            .AddActivityFunc<string, int>("Fail", async (_, input) =>
            {
                if (input == "late")
                    await order.Task;
                order.TrySetResult();
                throw new IOException(input);
            }));
        Assert.Equal("late True True", (await host.RunAsync("Run")).ReadOutputAs<string>());
    }

    [Fact]
    [Encodes(Sources.CoreContext, "HandleTaskFailedEvent")]
    public async Task WhenAll_holds_every_failure()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<int>("Run", async context =>
            {
                var all = Task.WhenAll(Enumerable.Range(0, 3).Select(_ => context.CallActivityAsync("Fail")));
                try
                {
                    await all;
                }
                catch (TaskFailedException)
                {
                    return all.Exception!.InnerExceptions.Count;
                }

                return 0;
            })
            .AddActivityFunc("Fail", _ => throw new IOException("broken")));
        Assert.Equal(3, (await host.RunAsync("Run")).ReadOutputAs<int>());
    }

    [Fact]
    [Encodes(Sources.EventStack, "Task.WhenAny")]
    public async Task WhenAny_gives_the_task_that_ended_first()
    {
        await using var host = await StartAsync(async context =>
        {
            var left = context.WaitForExternalEvent<string>("left");
            var right = context.WaitForExternalEvent<string>("right");
            var winner = await Task.WhenAny(left, right);
            return winner == right ? "right" : "left";
        });
        var id = await host.BeginAsync();
        await host.Client.RaiseEventAsync(id, "right");
        Assert.Equal("right", await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.CoreContext, "HandleTaskCompletedEvent")]
    public async Task The_loser_of_WhenAny_can_still_be_awaited()
    {
        var release = new TaskCompletionSource();
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("Run", async context =>
            {
                var slow = context.CallActivityAsync<string>("Slow");
                var fast = context.CallActivityAsync<string>("Fast");
                var winner = await Task.WhenAny(slow, fast);
                return $"{await winner} {await slow}";
            })
            .AddActivityFunc<string>("Fast", _ =>
            {
                release.TrySetResult();
                return "fast";
            })
            .AddActivityFunc<string>("Slow", async _ =>
            {
                await release.Task;
                return "slow";
            }));
        Assert.Contains("slow", (await host.RunAsync("Run")).ReadOutputAs<string>(), StringComparison.Ordinal);
    }

    [Fact]
    [Encodes(Sources.CoreExecutor, "ProcessEvents")]
    public async Task Continuations_run_in_the_order_of_the_events_that_set_them_off()
    {
        await using var host = await StartAsync(async context =>
        {
            var order = "";
            async Task Wait(string name)
            {
                await context.WaitForExternalEvent<string>(name);
                order += name;
            }

            await Task.WhenAll(Wait("a"), Wait("b"), Wait("c"));
            return order;
        });
        var id = await host.BeginAsync();
        foreach (var name in new[] { "b", "c", "a" })
            await host.Client.RaiseEventAsync(id, name);
        Assert.Equal("bca", await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.Patterns, "ActivityChain")]
    public async Task Chains_go_on_side_by_side_and_each_keeps_its_own_order()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string[]>("Run", async context =>
            {
                async Task<string> Chain(string name)
                {
                    var text = name;
                    for (var step = 0; step < 5; step++)
                        text = await context.CallActivityAsync<string>("Append", text);
                    return text;
                }

                return await Task.WhenAll(Chain("a"), Chain("b"), Chain("c"));
            })
            .AddActivityFunc<string, string>("Append", (_, text) => $"{text}{text!.Length}"));
        Assert.Equal(["a12345", "b12345", "c12345"], (await host.RunAsync("Run")).ReadOutputAs<string[]>()!);
    }

    [Fact]
    [Encodes(Sources.CoreExecutor, "TaskOrchestrationSynchronizationContext")]
    public async Task Yielding_stays_on_the_orchestrators_thread()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("Run", async context =>
            {
                await Task.Yield();
                return await context.CallActivityAsync<string>("Say");
            })
            .AddActivityFunc<string>("Say", _ => "fine"));
        Assert.Equal("fine", (await host.RunAsync("Run")).ReadOutputAs<string>());
    }

    [Fact]
    [Encodes(Sources.TimerGuide, "### Timeout with Fallback")]
    public async Task A_timer_bounds_an_activity_whose_result_is_then_ignored()
    {
        var release = new TaskCompletionSource();
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("Run", async context =>
            {
                var slow = context.CallActivityAsync<string>("Slow");
                var timer = context.CreateTimer(TimeSpan.FromMilliseconds(200), CancellationToken.None);
                var winner = await Task.WhenAny(slow, timer);
                context.SetCustomStatus(winner == timer ? "timed out" : "in time");
                return "over";
            })
            .AddActivityFunc<string>("Slow", async _ =>
            {
                await release.Task;
                return "late";
            }));
        var id = await host.BeginAsync();
        await host.LetTimePassAsync(TimeSpan.FromMilliseconds(200));
        await host.ShowAsync(id, "timed out");
        release.SetResult();
        Assert.Equal("over", await host.OutputAsync(id));
    }
}
