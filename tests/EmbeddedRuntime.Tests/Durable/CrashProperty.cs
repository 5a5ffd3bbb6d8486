using System.Collections.Concurrent;
using FsCheck;
using FsCheck.Fluent;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

/// <summary>Random orchestrators with crashes at random points end as they would without, no recorded activity runs again and no event is lost.</summary>
public sealed class CrashProperty(ITestOutputHelper output)
{
    // With room for one or two sessions, instances also lose theirs between two turns.
    private static readonly int[] Caches = [1, 2, 256];

    [Fact]
    public void A_crash_changes_nothing() => Check(20, Caches);

    [Fact]
    [Trait("Category", "Long")]
    public void A_crash_changes_nothing_in_two_thousand_programs() => CheckWithCrashes(2000, Caches, output);

    internal static void CheckWithCrashes(int count, int[] caches, ITestOutputHelper output)
    {
        var crashes = Check(count, caches);
        foreach (var at in Enum.GetValues<CrashAt>())
        {
            var reached = crashes.Count(crash => crash == at);
            output.WriteLine($"{at}: {reached} crashes in {count} programs");
            Assert.True(reached >= count / 4, $"Only {reached} lives in {count} programs got to their crash at {at}.");
        }
    }

    /// <summary>Returns where lives crashed.</summary>
    internal static IReadOnlyCollection<CrashAt> Check(int count, int[] caches)
    {
        var factor = Environment.GetEnvironmentVariable("SOAK") == "1" ? 10 : 1;
        var crashes = new ConcurrentBag<CrashAt>();
        FsCheck.Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(count * factor),
            Prop.ForAll(RandomProgram.Arbitrary(), Gen.Elements(caches).ToArbitrary(), (program, cached) => ProgramRun.CheckAsync(program, cached, crashes.Add)));
        return crashes;
    }
}

/// <summary>The same, with every turn replayed from the history; a class of its own, so that both run side by side.</summary>
public sealed class CrashPropertyWithoutCache(ITestOutputHelper output)
{
    private static readonly int[] None = [0];

    [Fact]
    public void A_crash_changes_nothing() => CrashProperty.Check(20, None);

    [Fact]
    [Trait("Category", "Long")]
    public void A_crash_changes_nothing_in_two_thousand_programs() => CrashProperty.CheckWithCrashes(2000, None, output);
}
