using System.Text.Json.Serialization;
using FsCheck;
using FsCheck.Fluent;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

/// <summary>One step of a random orchestrator.</summary>
[JsonDerivedType(typeof(Call), "call")]
[JsonDerivedType(typeof(Fail), "fail")]
[JsonDerivedType(typeof(Fan), "fan")]
[JsonDerivedType(typeof(Sleep), "sleep")]
[JsonDerivedType(typeof(Listen), "listen")]
[JsonDerivedType(typeof(Nest), "nest")]
public abstract record Step
{
    public sealed record Call : Step;

    public sealed record Fail : Step;

    public sealed record Fan(int Width) : Step;

    public sealed record Sleep(int Seconds) : Step;

    public sealed record Listen : Step;

    public sealed record Nest(Step[] Steps) : Step
    {
        public override string ToString() => $"Nest({string.Join(", ", Steps.Select(step => step.ToString()))})";
    }
}

/// <summary>A random orchestrator, after how many runs of activities the engine crashes each time, and whether it keeps sessions.</summary>
public sealed record RandomProgram(Step[] Steps, int[] Crashes, bool IsCached)
{
    public override string ToString() =>
        $"steps [{string.Join(", ", Steps.Select(step => step.ToString()))}], crashes after [{string.Join(", ", Crashes)}], cached {IsCached}";

    public static Arbitrary<RandomProgram> Arbitrary()
    {
        var programs =
            from steps in StepsOf(depth: 2)
            from crashes in Gen.Choose(0, 8).ArrayOf().Resize(3)
            from cached in Gen.Elements(true, false)
            select new RandomProgram(steps, crashes, cached);
        return Arb.From(programs, Shrink);
    }

    private static Gen<Step[]> StepsOf(int depth) => StepOf(depth).ArrayOf().Resize(6);

    private static Gen<Step> StepOf(int depth)
    {
        var nest = depth == 0
            ? Gen.Constant<Step>(new Step.Call())
            : StepOf(depth - 1).ArrayOf().Resize(3).Select(steps => (Step)new Step.Nest(steps));
        return Gen.OneOf(
            Gen.Constant<Step>(new Step.Call()),
            Gen.Constant<Step>(new Step.Fail()),
            Gen.Choose(1, 5).Select(width => (Step)new Step.Fan(width)),
            Gen.Choose(1, 100).Select(seconds => (Step)new Step.Sleep(seconds)),
            Gen.Constant<Step>(new Step.Listen()),
            nest);
    }

    private static IEnumerable<RandomProgram> Shrink(RandomProgram program)
    {
        for (var index = 0; index < program.Crashes.Length; index++)
            yield return program with { Crashes = [.. program.Crashes.Where((_, other) => other != index)] };
        for (var index = 0; index < program.Steps.Length; index++)
            yield return program with { Steps = [.. program.Steps.Where((_, other) => other != index)] };
    }
}
