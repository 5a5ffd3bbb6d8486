using System.Collections.Concurrent;
using FsCheck;
using FsCheck.Fluent;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

/// <summary>Random orchestrators with crashes at random points end as they would without, no recorded activity runs again and no event is lost.</summary>
public sealed class CrashProperty(ITestOutputHelper output)
{
    // With room for one or two sessions, instances also lose theirs between two turns.
    private static readonly int[] Caches = [1, 2, 256];

    private static int Factor => Environment.GetEnvironmentVariable("SOAK") == "1" ? 10 : 1;

    [Fact]
    public void A_crash_changes_nothing() => Check(20, Caches);

    [Fact]
    [Trait("Category", "Long")]
    public void A_crash_changes_nothing_in_two_thousand_programs() => CheckWithCrashes(2000, Caches, output);

    internal static void CheckWithCrashes(int count, int[] caches, ITestOutputHelper output)
    {
        var crashes = Check(count, caches).CountBy(at => at).ToDictionary();
        output.WriteLine(string.Join(", ", crashes));

        // Not every life gets to its crash, but about one program in five has an activity or a command that does.
        Assert.All(Enum.GetValues<CrashAt>(), at => Assert.True(crashes.GetValueOrDefault(at) >= count * Factor / 10, $"Few lives crashed at {at}."));
    }

    /// <summary>Returns where lives crashed.</summary>
    internal static IReadOnlyCollection<CrashAt> Check(int count, int[] caches)
    {
        var crashes = new ConcurrentBag<CrashAt>();
        FsCheck.Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(count * Factor),
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
