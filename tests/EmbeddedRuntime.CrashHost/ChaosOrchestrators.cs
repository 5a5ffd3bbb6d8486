namespace MultiAgentInfra.EmbeddedRuntime.CrashHost;

/// <summary>A generation of an orchestration that starts over: which one, and what has been done so far.</summary>
internal sealed record Generation(int Number, string[] Done);

/// <summary>Orchestrations of many kinds that work in rounds until they are told to finish; each returns the runs of its activities in order.</summary>
internal static class ChaosOrchestrators
{
    private const int LastBall = -1;

    public static void Add(DurableTaskRegistry tasks, EffectsDatabase effects) => tasks
        .AddOrchestratorFunc<string?, string[]>("chain", (context, _) => RoundsAsync(context, round => ChainAsync(context, $"{context.InstanceId}|{round}", 3)))
        .AddOrchestratorFunc<string?, string[]>("fan", (context, _) => RoundsAsync(
            context, round => Task.WhenAll(Enumerable.Range(0, 5).Select(step => StepAsync(context, $"{context.InstanceId}|{round}.{step}")))))
        .AddOrchestratorFunc<string?, string[]>("tree", (context, _) => RoundsAsync(context, round => TreeAsync(context, round)))
        .AddOrchestratorFunc<string?, string[]>("race", (context, _) => RoundsAsync(context, round => RaceAsync(context, $"{context.InstanceId}|{round}.0")))
        .AddOrchestratorFunc<string?, string[]>("flaky", (context, _) => RoundsAsync(context, round => FlakyAsync(context, $"{context.InstanceId}|{round}.0")))
        .AddOrchestratorFunc<string?, string[]>("ping", (context, _) => PingAsync(context))
        .AddOrchestratorFunc<Generation, string[]>("pong", PongAsync!)
        .AddOrchestratorFunc<Generation, string[]>("again", AgainAsync!)
        .AddOrchestratorFunc<string, string[]>("leaf", async (context, key) => await ChainAsync(context, key!, 2))
        .AddOrchestratorFunc<string>("broken", Task<string?> (_) => throw new InvalidOperationException("broken as it should be"))
        .AddActivityFunc<string, string>("Step", (_, key) => $"{key}#{effects.Run(key!)}")
        .AddActivityFunc<string, string>("Flaky", (_, key) => effects.Run(key!) is > 2 and var run ? $"{key}#{run}" : throw new IOException("not yet"));

    private static Task<string> StepAsync(TaskOrchestrationContext context, string key) => context.CallActivityAsync<string>("Step", key);

    private static async Task<string[]?> RoundsAsync(TaskOrchestrationContext context, Func<int, Task<string[]>> work)
    {
        var done = new List<string>();
        for (var round = 0; ; round++)
        {
            done.AddRange(await work(round));
            if (await IsToFinishAsync(context, round))
                return [.. done];
        }
    }

    /// <summary>Waits for the end of the round, by a timer, or for the word that all is to end.</summary>
    private static async Task<bool> IsToFinishAsync(TaskOrchestrationContext context, int round)
    {
        // Later rounds wait longer: however long the whole takes, the histories stay of a size that can be replayed at every turn.
        var pause = TimeSpan.FromSeconds(1 + (0.1 * round));
        using var cancel = new CancellationTokenSource();
        var finish = context.WaitForExternalEvent<string>("finish", cancel.Token);
        var timer = context.CreateTimer(pause, cancel.Token);
        var isFinish = await Task.WhenAny(finish, timer) == finish;
        cancel.Cancel();
        return isFinish;
    }

    private static async Task<string[]> ChainAsync(TaskOrchestrationContext context, string key, int length)
    {
        var done = new string[length];
        for (var step = 0; step < length; step++)
            done[step] = await StepAsync(context, $"{key}.{step}");
        return done;
    }

    private static async Task<string[]> TreeAsync(TaskOrchestrationContext context, int round)
    {
        var key = $"{context.InstanceId}|{round}";
        var leaf = context.CallSubOrchestratorAsync<string[]>("leaf", key, new SubOrchestrationOptions(instanceId: $"{context.InstanceId}.{round}"));
        try
        {
            await context.CallSubOrchestratorAsync<string>("broken");
        }
        catch (TaskFailedException exception) when (exception.FailureDetails.ErrorMessage == "broken as it should be")
        {
            return await leaf;
        }

        throw new InvalidOperationException("The broken child did not fail.");
    }

    private static async Task<string[]> RaceAsync(TaskOrchestrationContext context, string key)
    {
        using var cancel = new CancellationTokenSource();
        var work = StepAsync(context, key);
        if (await Task.WhenAny(work, context.CreateTimer(TimeSpan.FromDays(1), cancel.Token)) != work)
            throw new InvalidOperationException("The timer of a day was faster.");
        cancel.Cancel();
        return [await work];
    }

    private static Task<string[]> FlakyAsync(TaskOrchestrationContext context, string key) => Task.WhenAll(
        context.CallActivityAsync<string>("Flaky", key, TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromMilliseconds(50), 2))));

    private static async Task<string[]?> PingAsync(TaskOrchestrationContext context)
    {
        var partner = context.InstanceId.Replace("ping", "pong", StringComparison.Ordinal);
        var done = await RoundsAsync(context, async round =>
        {
            for (var ball = 0; ball < 3; ball++)
                context.SendEvent(partner, "ball", (3 * round) + ball);
            for (var ball = 0; ball < 3; ball++)
                Require((3 * round) + ball, await context.WaitForExternalEvent<int>("ball"));
            return [await StepAsync(context, $"{context.InstanceId}|{round}.0")];
        });
        context.SendEvent(partner, "ball", LastBall);
        return done;
    }

    /// <summary>Plays each ball back and starts over after three.</summary>
    private static async Task<string[]> PongAsync(TaskOrchestrationContext context, Generation generation)
    {
        var partner = context.InstanceId.Replace("pong", "ping", StringComparison.Ordinal);
        for (var ball = 0; ball < 3; ball++)
        {
            var number = await context.WaitForExternalEvent<int>("ball");
            if (number == LastBall)
                return generation.Done;
            Require((3 * generation.Number) + ball, number);
            context.SendEvent(partner, "ball", number);
        }

        var done = await StepAsync(context, $"{context.InstanceId}|{generation.Number}.0");
        context.ContinueAsNew(new Generation(generation.Number + 1, [.. generation.Done, done]));
        return [];
    }

    /// <summary>Each generation sends itself two notes that the next one reads.</summary>
    private static async Task<string[]> AgainAsync(TaskOrchestrationContext context, Generation generation)
    {
        for (var note = 0; note < 2 && generation.Number > 0; note++)
            Require((2 * generation.Number) + note, await context.WaitForExternalEvent<int>("note"));
        for (var note = 0; note < 2; note++)
            context.SendEvent(context.InstanceId, "note", (2 * (generation.Number + 1)) + note);
        string[] done = [.. generation.Done, await StepAsync(context, $"{context.InstanceId}|{generation.Number}.0")];
        if (await IsToFinishAsync(context, generation.Number))
            return done;
        context.ContinueAsNew(new Generation(generation.Number + 1, done));
        return [];
    }

    private static void Require(int expected, int actual)
    {
        if (expected != actual)
            throw new InvalidOperationException($"Number {actual} came where {expected} was due.");
    }
}
