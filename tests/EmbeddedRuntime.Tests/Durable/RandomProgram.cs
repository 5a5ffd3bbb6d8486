using System.Text.Json.Serialization;
using FsCheck;
using FsCheck.Fluent;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

/// <summary>One step of a random orchestrator.</summary>
[JsonDerivedType(typeof(Call), "call")]
[JsonDerivedType(typeof(Fan), "fan")]
[JsonDerivedType(typeof(Race), "race")]
[JsonDerivedType(typeof(Retry), "retry")]
[JsonDerivedType(typeof(GiveUp), "giveUp")]
[JsonDerivedType(typeof(Sleep), "sleep")]
[JsonDerivedType(typeof(Lapse), "lapse")]
[JsonDerivedType(typeof(Listen), "listen")]
[JsonDerivedType(typeof(Early), "early")]
[JsonDerivedType(typeof(Rounds), "rounds")]
[JsonDerivedType(typeof(Tell), "tell")]
[JsonDerivedType(typeof(Pause), "pause")]
[JsonDerivedType(typeof(Stop), "stop")]
[JsonDerivedType(typeof(Nest), "nest")]
public abstract record Step
{
    /// <summary>One activity.</summary>
    public sealed record Call : Step;

    /// <summary>Activities side by side.</summary>
    public sealed record Fan(int Width) : Step;

    /// <summary>An activity that is faster than a timer, which is cancelled or left to the end of its instance.</summary>
    public sealed record Race(bool Cancels) : Step;

    /// <summary>An activity that fails so often before it succeeds.</summary>
    public sealed record Retry(int Failures) : Step;

    /// <summary>An activity that fails at every attempt.</summary>
    public sealed record GiveUp(int Attempts) : Step;

    /// <summary>A timer.</summary>
    public sealed record Sleep(int Seconds) : Step;

    /// <summary>A wait for an event that never comes, ended by a timer.</summary>
    public sealed record Lapse : Step;

    /// <summary>A wait for an event that is raised once.</summary>
    public sealed record Listen : Step;

    /// <summary>Events that are raised before the wait.</summary>
    public sealed record Early(int Events) : Step;

    /// <summary>A sub-orchestration that starts over after a few events and carries those that are left.</summary>
    public sealed record Rounds(int Events, int EachRound, bool IsBurst) : Step;

    /// <summary>Events from one instance to another, or to itself.</summary>
    public sealed record Tell(int Events, bool IsSelf) : Step;

    /// <summary>A suspension from outside during which an event comes.</summary>
    public sealed record Pause : Step;

    /// <summary>A sub-orchestration with one of its own, both terminated from outside.</summary>
    public sealed record Stop : Step;

    /// <summary>A sub-orchestration, which may fail in the end.</summary>
    public sealed record Nest(Step[] Steps, bool Throws) : Step
    {
        public override string ToString() => $"Nest {{ Throws = {Throws}, Steps = [{string.Join(", ", Steps.Select(step => step.ToString()))}] }}";
    }
}

/// <summary>A random orchestrator and where the engine crashes in each of its lives; the last life has no crash.</summary>
public sealed record RandomProgram(Step[] Steps, CrashPoint[] Crashes)
{
    public override string ToString() =>
        $"steps [{string.Join(", ", Steps.Select(step => step.ToString()))}], crashes at [{string.Join(", ", Crashes.Select(crash => crash.ToString()))}]";

    public static Arbitrary<RandomProgram> Arbitrary() => Arb.From(
        from steps in Few(StepOf(depth: 2), 5)
        from crashes in Few(Crash(), 4)
        select new RandomProgram(steps, crashes),
        Shrink);

    private static Gen<T[]> Few<T>(Gen<T> of, int most) => Gen.Choose(1, most).SelectMany(count => of.ArrayOf(count));

    private static Gen<CrashPoint> Crash() => Gen.OneOf(
        Gen.Choose(1, 12).Select(count => new CrashPoint(CrashAt.ClockRead, count)),
        Gen.Choose(1, 60).Select(count => new CrashPoint(CrashAt.ClockRead, count)),
        Gen.Choose(1, 6).Select(count => new CrashPoint(CrashAt.ActivityRun, count)),
        Gen.Choose(1, 6).Select(count => new CrashPoint(CrashAt.Command, count)));

    private static Gen<Step> StepOf(int depth)
    {
        var isOn = Gen.Elements(true, false);
        Gen<Step>[] steps =
        [
            Gen.Constant<Step>(new Step.Call()),
            Gen.Choose(1, 5).Select(width => (Step)new Step.Fan(width)),
            isOn.Select(cancels => (Step)new Step.Race(cancels)),
            Gen.Choose(1, 3).Select(failures => (Step)new Step.Retry(failures)),
            Gen.Choose(1, 3).Select(attempts => (Step)new Step.GiveUp(attempts)),
            Gen.Choose(1, 100).Select(seconds => (Step)new Step.Sleep(seconds)),
            Gen.Constant<Step>(new Step.Lapse()),
            Gen.Constant<Step>(new Step.Listen()),
            Gen.Choose(1, 4).Select(events => (Step)new Step.Early(events)),
            from events in Gen.Choose(1, 7) from each in Gen.Choose(1, 3) from burst in isOn select (Step)new Step.Rounds(events, each, burst),
            from events in Gen.Choose(1, 4) from self in isOn select (Step)new Step.Tell(events, self),
            Gen.Constant<Step>(new Step.Pause()),
            Gen.Constant<Step>(new Step.Stop()),
        ];
        if (depth == 0)
            return Gen.OneOf(steps);
        var nest = from inner in Few(StepOf(depth - 1), 3) from throws in isOn select (Step)new Step.Nest(inner, throws);
        return Gen.OneOf([.. steps, nest]);
    }

    private static IEnumerable<RandomProgram> Shrink(RandomProgram program) =>
        Without(program.Crashes).Select(crashes => program with { Crashes = crashes })
            .Concat(Shrink(program.Steps).Select(steps => program with { Steps = steps }));

    private static IEnumerable<Step[]> Shrink(Step[] steps)
    {
        foreach (var fewer in Without(steps))
            yield return fewer;
        for (var index = 0; index < steps.Length; index++)
        {
            if (steps[index] is not Step.Nest nest)
                continue;
            foreach (var inner in Shrink(nest.Steps).Append([]))
                yield return [.. steps[..index], nest with { Steps = inner }, .. steps[(index + 1)..]];
        }
    }

    private static IEnumerable<T[]> Without<T>(T[] items) => Enumerable.Range(0, items.Length).Select(index => items.Where((_, other) => other != index).ToArray());
}
