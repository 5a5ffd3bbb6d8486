namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

/// <summary>A process that is killed thirty times, which keeps its sessions.</summary>
public sealed class ChaosTests(ITestOutputHelper output)
{
    internal static int Kills => Environment.GetEnvironmentVariable("SOAK") == "1" ? 300 : 30;

    [Fact]
    [Trait("Category", "Long")]
    public async Task Two_hundred_orchestrations_survive_thirty_kills()
    {
        using var chaos = new Chaos(cached: 256, output);
        await chaos.RunAsync(Kills);
    }
}

/// <summary>The same, with every turn replayed from the history; a class of its own, so that both run side by side.</summary>
public sealed class ChaosTestsWithoutCache(ITestOutputHelper output)
{
    [Fact]
    [Trait("Category", "Long")]
    public async Task Two_hundred_orchestrations_survive_thirty_kills()
    {
        using var chaos = new Chaos(cached: 0, output);
        await chaos.RunAsync(ChaosTests.Kills);
    }
}
