using System.Collections.Concurrent;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

/// <summary>What a trial has achieved outlives the death of the process in a later one.</summary>
public sealed class TrialCases
{
    private readonly TaskCompletionSource<string?> _never = new();

    [Fact]
    public async Task The_result_of_a_trial_is_kept_when_a_later_one_ends_the_process()
    {
        var lives = 1;
        var runs = new ConcurrentQueue<(int Life, string Step)>();
        await using var engine = await TestEngine.StartAsync(256, tasks => tasks
            .AddOrchestratorFunc<string>("Run", async context =>
                string.Concat(await Task.WhenAll(context.CallActivityAsync<string>("Work", "first"), context.CallActivityAsync<string>("Work", "second"))))
            .AddActivityFunc<string, string?>("Work", (_, step) =>
            {
                runs.Enqueue((lives, step!));
                return lives == 1 || (lives == 2 && step == "second") ? _never.Task : Task.FromResult(step);
            }));
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Run");
        await TestEngine.EventuallyAsync(() => Task.FromResult(runs.Count == 2));
        lives = 2;
        await engine.CrashAndRestartAsync();
        await TestEngine.EventuallyAsync(() => Task.FromResult(runs.Contains((2, "second")) && Marks.Alone(engine) is not null));
        lives = 3;
        await engine.CrashAndRestartAsync();
        Assert.Equal("firstsecond", (await engine.FinishAsync(id)).ReadOutputAs<string>());
        Assert.Equal([(2, "first"), (2, "second"), (3, "second")], runs.Skip(2));
    }
}
