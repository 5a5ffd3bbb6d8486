using FsCheck;
using FsCheck.Fluent;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

/// <summary>Random orchestrators with crashes at random points end as they would without, no recorded activity runs again and no event is lost.</summary>
public sealed class CrashProperty
{
    [Fact]
    public void A_crash_changes_nothing() => Check(20, cached: 256);

    [Fact]
    [Trait("Category", "Long")]
    public void A_crash_changes_nothing_in_a_thousand_programs() => Check(1000, cached: 256);

    internal static void Check(int count, int cached)
    {
        var factor = Environment.GetEnvironmentVariable("SOAK") == "1" ? 10 : 1;
        FsCheck.Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(count * factor),
            Prop.ForAll(RandomProgram.Arbitrary(), program => ProgramRun.CheckAsync(program, cached)));
    }
}

/// <summary>The same, with every turn replayed from the history; a class of its own, so that both run side by side.</summary>
public sealed class CrashPropertyWithoutCache
{
    [Fact]
    public void A_crash_changes_nothing() => CrashProperty.Check(20, cached: 0);

    [Fact]
    [Trait("Category", "Long")]
    public void A_crash_changes_nothing_in_a_thousand_programs() => CrashProperty.Check(1000, cached: 0);
}
