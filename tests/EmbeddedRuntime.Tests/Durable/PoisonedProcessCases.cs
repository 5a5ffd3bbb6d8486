using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using MultiAgentInfra.EmbeddedRuntime.Engine;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

/// <summary>A real process that its own work ends, or that is killed from outside, and that is started again each time.</summary>
[Trait("Category", "Long")]
public sealed class PoisonedProcessCases : IAsyncDisposable
{
    private const int Chains = 20;
    private const int Kills = 8;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("durable-poison-");
    private readonly List<CrashHostProcess> _processes = [];

    private string DatabasePath => Path.Combine(_folder.FullName, "engine.db");

    [Theory]
    [InlineData("Activity", "fail-fast", "signal SIGABRT")]
    [InlineData("Activity", "overflow", "signal SIGABRT")]
    [InlineData("Activity", "thread", "signal SIGABRT")]
    [InlineData("Activity", "exit", "an exit with code 3")]
    [InlineData("Orchestrator", "fail-fast", "signal SIGABRT")]
    [InlineData("LateOrchestrator", "fail-fast", "signal SIGABRT")]
    public async Task What_ends_the_process_is_quarantined_after_three_times_alone_and_the_others_complete(string where, string poison, string cause)
    {
        var crashes = 0;
        while (await RunAsync(where, poison) != 0)
            Assert.InRange(++crashes, 1, 4);

        // One that nobody has seen, and three alone.
        Assert.Equal(4, crashes);
        await using var engine = await OpenAsync();
        var special = await engine.Client.GetInstanceAsync("special", true);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, special!.RuntimeStatus);
        var failure = special.FailureDetails!.InnerFailure ?? special.FailureDetails;
        Assert.True(failure.IsCausedBy<PoisonedWorkException>(), failure.ToString());
        Assert.EndsWith($"ended the process 3 times while it ran alone and is not run again; the last time by {cause}.", failure.ErrorMessage);
        for (var chain = 0; chain < Chains; chain++)
            Assert.Equal(45, (await engine.Client.GetInstanceAsync($"chain-{chain}", true))!.ReadOutputAs<int>());
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Long_work_that_is_killed_from_outside_is_never_blamed(bool isWitnessSpared, bool isRandom)
    {
        var random = new Random(8);
        for (var kill = 0; kill < Kills; kill++)
        {
            var process = Start("Long", "");
            var seen = Ticks().Count;
            var target = seen + (isRandom ? random.Next(1, 60) : 1);
            await TestEngine.EventuallyAsync(() => Task.FromResult(process.HasExited || Ticks().Count >= target));
            Assert.False(process.HasExited, "The program ended before it was killed.");
            using var victim = Process.GetProcessById(isWitnessSpared ? Ticks()[^1] : process.Id);
            victim.Kill();
            Assert.Equal(128 + 9, await process.ExitAsync());
        }

        File.WriteAllText(Path.Combine(_folder.FullName, "go"), "");
        Assert.Equal(0, await RunAsync("Long", ""));
        await using var engine = await OpenAsync();
        Assert.Equal("done", (await engine.Client.GetInstanceAsync("special", true))!.ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_signal_to_the_witness_ends_the_work_and_a_killed_witness_takes_it_along()
    {
        var witness = await StartWitnessAsync();
        await witness.KillAsync();
        await witness.EndAsync();

        witness = await StartWorkingAsync();
        Assert.NotEqual(witness.Id, Ticks()[^1]);
        using var kill = Process.Start("kill", ["-TERM", $"{witness.Id}"]);
        Assert.Equal(128 + 15, (await witness.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task Nothing_goes_on_when_the_test_that_started_it_has_ended()
    {
        var witness = await StartWitnessAsync();
        witness.Abandon();
        await witness.EndAsync();

        using var filling = CrashHostProcess.Start([], "fill", Path.Combine(_folder.FullName, "fill.db"));
        await filling.ReadyAsync();
        filling.Abandon();
        await filling.EndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        // Only now: a process whose witness was killed must have gone on its own before.
        foreach (var process in _processes)
        {
            await process.StopAsync();
            process.Dispose();
        }

        _folder.Delete(recursive: true);
    }

    private Task<DurableEngine> OpenAsync() => DurableEngine.StartAsync(
        new DurableEngineOptions { DatabasePath = DatabasePath }, new DurableTaskRegistry(), new ServiceCollection().BuildServiceProvider());

    /// <summary>The process of each tick of the long work.</summary>
    private List<int> Ticks()
    {
        var path = Path.Combine(_folder.FullName, "ticks");
        if (!File.Exists(path))
            return [];
        var text = File.ReadAllText(path);
        return [.. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => int.Parse(line, CultureInfo.InvariantCulture))];
    }

    private async Task<int> RunAsync(string orchestrator, string kind) => (await Start(orchestrator, kind).EndAsync()).ExitCode;

    /// <summary>One whose work was in flight when the process before it was killed.</summary>
    private async Task<CrashHostProcess> StartWitnessAsync()
    {
        await (await StartWorkingAsync()).KillAsync();
        var witness = await StartWorkingAsync();
        Assert.NotEqual(witness.Id, Ticks()[^1]);
        return witness;
    }

    /// <summary>Starts the long work and waits until it is at it.</summary>
    private async Task<CrashHostProcess> StartWorkingAsync()
    {
        var before = Ticks().Count;
        var process = Start("Long", "");
        await TestEngine.EventuallyAsync(() => Task.FromResult(Ticks().Count > before));
        return process;
    }

    private CrashHostProcess Start(string orchestrator, string kind)
    {
        var process = CrashHostProcess.StartPoison(DatabasePath, _folder.FullName, orchestrator, kind, $"{Chains}");
        _processes.Add(process);
        return process;
    }
}
