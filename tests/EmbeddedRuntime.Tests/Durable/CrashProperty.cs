using System.Collections.Concurrent;
using FsCheck;
using FsCheck.Fluent;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

/// <summary>Random orchestrators with crashes at random points end as they would without, and no recorded activity runs again.</summary>
public sealed class CrashProperty
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Fact]
    public void A_crash_changes_nothing() => CheckPrograms(20);

    [Fact]
    [Trait("Category", "Long")]
    public void A_crash_changes_nothing_in_hundreds_of_programs() => CheckPrograms(400);

    private static void CheckPrograms(int count) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(count), Prop.ForAll(RandomProgram.Arbitrary(), program => RunAsync(program)));

    private static async Task RunAsync(RandomProgram program)
    {
        var runs = new ConcurrentDictionary<string, int>();
        var executed = 0;
        await using var engine = await TestEngine.StartAsync(program.IsCached ? 256 : 0, tasks => tasks
            .AddOrchestratorFunc<Step[], List<string>>("Run", InterpretAsync!)
            .AddActivityFunc<string, string>("Work", (_, key) =>
            {
                Interlocked.Increment(ref executed);
                return $"{key}#{runs.AddOrUpdate(key!, 1, (_, run) => run + 1)}";
            })
            .AddActivityFunc("Break", _ => throw new IOException("broken")));
        await engine.Client.ScheduleNewOrchestrationInstanceAsync("Run", program.Steps, new StartOrchestrationOptions("r"));
        foreach (var crash in program.Crashes)
        {
            var target = Volatile.Read(ref executed) + crash;
            using var deadline = new CancellationTokenSource(Deadline);
            await DriveAsync(engine, program, () => Volatile.Read(ref executed) >= target, deadline.Token);
            await engine.CrashAndRestartAsync();
        }

        using var end = new CancellationTokenSource(Deadline);
        await DriveAsync(engine, program, () => false, end.Token);
        var result = await engine.FinishAsync("r");
        Assert.Equal(OrchestrationRuntimeStatus.Completed, result.RuntimeStatus);
        var trace = result.ReadOutputAs<List<string>>()!;
        Assert.Equal(Expected(program.Steps, "r"), trace.Select(entry => entry.Split('#')[0]));
        foreach (var entry in trace.Where(entry => entry.Contains('#', StringComparison.Ordinal)))
            Assert.Equal($"{runs[entry.Split('#')[0]]}", entry.Split('#')[1]);
    }

    /// <summary>Moves the clock and raises the awaited events until the condition holds or the root has ended.</summary>
    private static async Task DriveAsync(TestEngine engine, RandomProgram program, Func<bool> isReached, CancellationToken deadline)
    {
        while (!isReached() && (await engine.Client.GetInstanceAsync("r", deadline))?.IsCompleted != true)
        {
            if (engine.Clock.NextTimer is { } next && next > engine.Clock.GetUtcNow())
                engine.Clock.Advance(next - engine.Clock.GetUtcNow());
            foreach (var (instance, key) in Listens(program.Steps, "r"))
            {
                var status = await engine.Client.GetInstanceAsync(instance, true, deadline);
                if (status?.SerializedCustomStatus == $"\"{key}\"")
                    await engine.Client.RaiseEventAsync(instance, key, key, deadline);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, deadline);
        }
    }

    private static async Task<List<string>> InterpretAsync(TaskOrchestrationContext context, Step[] steps)
    {
        var trace = new List<string>();
        for (var index = 0; index < steps.Length; index++)
        {
            var key = $"{context.InstanceId}.{index}";
            trace.AddRange(await InterpretAsync(context, steps[index], key));
        }

        return trace;
    }

    private static async Task<IEnumerable<string>> InterpretAsync(TaskOrchestrationContext context, Step step, string key)
    {
        switch (step)
        {
            case Step.Call:
                return [await context.CallActivityAsync<string>("Work", key)];
            case Step.Fan fan:
                return await Task.WhenAll(Enumerable.Range(0, fan.Width).Select(branch => context.CallActivityAsync<string>("Work", $"{key}-{branch}")));
            case Step.Sleep sleep:
                await context.CreateTimer(TimeSpan.FromSeconds(sleep.Seconds), CancellationToken.None);
                return [key];
            case Step.Listen:
                context.SetCustomStatus(key);
                return [await context.WaitForExternalEvent<string>(key)];
            case Step.Nest nest:
                return await context.CallSubOrchestratorAsync<List<string>>("Run", nest.Steps, new SubOrchestrationOptions(instanceId: key));
            default:
                try
                {
                    await context.CallActivityAsync<string>("Break", key);
                    return ["not broken"];
                }
                catch (TaskFailedException exception)
                {
                    return [exception.FailureDetails.ErrorMessage];
                }
        }
    }

    private static IEnumerable<string> Expected(Step[] steps, string instance) => steps.SelectMany((step, index) => step switch
    {
        Step.Fan fan => Enumerable.Range(0, fan.Width).Select(branch => $"{instance}.{index}-{branch}"),
        Step.Nest nest => Expected(nest.Steps, $"{instance}.{index}"),
        Step.Fail => ["broken"],
        _ => [$"{instance}.{index}"],
    });

    private static IEnumerable<(string Instance, string Key)> Listens(Step[] steps, string instance) => steps.SelectMany((step, index) => step switch
    {
        Step.Listen => [(instance, $"{instance}.{index}")],
        Step.Nest nest => Listens(nest.Steps, $"{instance}.{index}"),
        _ => Enumerable.Empty<(string, string)>(),
    });
}
