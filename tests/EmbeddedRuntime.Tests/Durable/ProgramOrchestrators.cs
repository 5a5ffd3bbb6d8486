namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

/// <summary>What a sub-orchestration of a random program does, and how it ends.</summary>
public sealed record NestInput(Step[] Steps, bool Throws);

/// <summary>A generation of a sub-orchestration that starts over: how many events it wants in all, how many each time, and what it has got.</summary>
public sealed record RoundsInput(int Events, int EachRound, bool IsBurst, string[] Got);

/// <summary>Runs the steps of a random program as orchestrators; what they return names each step that was done, and each run of an activity.</summary>
internal static class ProgramOrchestrators
{
    public static readonly TimeSpan Far = TimeSpan.FromDays(10);

    public static void Add(DurableTaskRegistry tasks) => tasks
        .AddOrchestratorFunc<NestInput, List<string>>("Run", RunAsync!)
        .AddOrchestratorFunc<RoundsInput, string[]>("Rounds", RoundsAsync!)
        .AddOrchestratorFunc<int, string[]>("Collect", async (context, count) => await CollectAsync(context, "told", count))
        .AddOrchestratorFunc<bool, string>("Endless", async (context, hasChild) =>
        {
            var child = hasChild ? context.CallSubOrchestratorAsync<string>("Endless", false, new SubOrchestrationOptions(instanceId: $"{context.InstanceId}.child")) : null;
            context.SetCustomStatus("endless");
            return child is null ? await context.WaitForExternalEvent<string>("never") : await child;
        });

    private static async Task<List<string>> RunAsync(TaskOrchestrationContext context, NestInput input)
    {
        var trace = new List<string>();
        for (var index = 0; index < input.Steps.Length; index++)
            trace.AddRange(await StepAsync(context, input.Steps[index], $"{context.InstanceId}.{index}"));
        return input.Throws ? throw new InvalidOperationException(string.Join(' ', trace)) : trace;
    }

    private static Task<string[]> StepAsync(TaskOrchestrationContext context, Step step, string key) => step switch
    {
        Step.Call => Task.WhenAll(context.CallActivityAsync<string>("Work", key)),
        Step.Fan fan => Task.WhenAll(Enumerable.Range(0, fan.Width).Select(branch => context.CallActivityAsync<string>("Work", $"{key}-{branch}"))),
        Step.Race race => RaceAsync(context, key, race.Cancels),
        Step.Retry retry => Task.WhenAll(context.CallActivityAsync<string>("Flaky", new FlakyInput(key, retry.Failures), Attempts(retry.Failures + 1))),
        Step.GiveUp giveUp => CatchAsync(key, () => context.CallActivityAsync<string[]>("Flaky", new FlakyInput(key, int.MaxValue), Attempts(giveUp.Attempts))),
        Step.Sleep sleep => SleepAsync(context, key, sleep.Seconds),
        Step.Lapse => LapseAsync(context, key),
        Step.Listen => ListenAsync(context, key),
        Step.Early early => EarlyAsync(context, key, early.Events),
        Step.Rounds rounds => context.CallSubOrchestratorAsync<string[]>("Rounds", new RoundsInput(rounds.Events, rounds.EachRound, rounds.IsBurst, []), Id(key)),
        Step.Tell tell => TellAsync(context, key, tell),
        Step.Pause => ListenAsync(context, key),
        Step.Stop => CatchAsync(key, () => context.CallSubOrchestratorAsync<string[]>("Endless", true, Id(key))),
        Step.Nest nest => CatchAsync(key, () => context.CallSubOrchestratorAsync<string[]>("Run", new NestInput(nest.Steps, nest.Throws), Id(key))),
        _ => throw new NotSupportedException($"{step}"),
    };

    private static SubOrchestrationOptions Id(string key) => new(instanceId: key);

    private static TaskOptions Attempts(int count) => TaskOptions.FromRetryPolicy(new RetryPolicy(count, TimeSpan.FromSeconds(3), 2));

    private static async Task<string[]> CatchAsync(string key, Func<Task<string[]>> call)
    {
        try
        {
            return await call();
        }
        catch (TaskFailedException exception)
        {
            return [key, .. exception.FailureDetails.ErrorMessage.Split(' ')];
        }
    }

    private static async Task<string[]> RaceAsync(TaskOrchestrationContext context, string key, bool cancels)
    {
        using var cancel = new CancellationTokenSource();
        var work = context.CallActivityAsync<string>("Work", key);
        var timer = context.CreateTimer(Far, cancel.Token);
        var isFast = await Task.WhenAny(work, timer) == work;
        if (cancels)
            cancel.Cancel();
        return isFast ? [await work] : [$"{key} was slow"];
    }

    private static async Task<string[]> SleepAsync(TaskOrchestrationContext context, string key, int seconds)
    {
        await context.CreateTimer(TimeSpan.FromSeconds(seconds), CancellationToken.None);
        return [key];
    }

    private static async Task<string[]> LapseAsync(TaskOrchestrationContext context, string key)
    {
        using var cancel = new CancellationTokenSource();
        var never = context.WaitForExternalEvent<string>("never", cancel.Token);
        var timer = context.CreateTimer(TimeSpan.FromSeconds(5), CancellationToken.None);
        var hasLapsed = await Task.WhenAny(never, timer) == timer;
        cancel.Cancel();
        return [hasLapsed ? key : $"{key} was raised"];
    }

    private static async Task<string[]> ListenAsync(TaskOrchestrationContext context, string key)
    {
        context.SetCustomStatus(key);
        return [await context.WaitForExternalEvent<string>(key)];
    }

    private static async Task<string[]> EarlyAsync(TaskOrchestrationContext context, string key, int count)
    {
        context.SetCustomStatus(key);
        var work = await context.CallActivityAsync<string>("Work", key);
        return [work, .. await CollectAsync(context, key, count)];
    }

    private static async Task<string[]> TellAsync(TaskOrchestrationContext context, string key, Step.Tell tell)
    {
        var collected = tell.IsSelf ? null : context.CallSubOrchestratorAsync<string[]>("Collect", tell.Events, Id(key));
        for (var index = 0; index < tell.Events; index++)
            context.SendEvent(tell.IsSelf ? context.InstanceId : key, "told", $"{key}!{index}");
        return await (collected ?? CollectAsync(context, "told", tell.Events));
    }

    private static async Task<string[]> CollectAsync(TaskOrchestrationContext context, string name, int count)
    {
        var got = new string[count];
        for (var index = 0; index < count; index++)
            got[index] = await context.WaitForExternalEvent<string>(name);
        return got;
    }

    private static async Task<string[]> RoundsAsync(TaskOrchestrationContext context, RoundsInput input)
    {
        var wanted = Math.Min(input.EachRound, input.Events - input.Got.Length);
        string[] got = [.. input.Got, .. await CollectAsync(context, "round", wanted)];
        if (got.Length == input.Events)
            return input.IsBurst ? [.. got.Order(StringComparer.Ordinal)] : got;

        // The timer is left behind: this generation ends when it has fired.
        await Task.WhenAny(context.CreateTimer(Far, CancellationToken.None), context.CallActivityAsync<string>("Work", $"{context.InstanceId}-{got.Length}"));
        context.ContinueAsNew(input with { Got = got });
        return [];
    }
}

/// <summary>An activity's own key and how often it fails first.</summary>
public sealed record FlakyInput(string Key, int Failures);
