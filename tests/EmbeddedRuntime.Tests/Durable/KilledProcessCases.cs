using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using MultiAgentInfra.EmbeddedRuntime.Engine;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

/// <summary>A real process that is killed with SIGKILL while it runs chains of activities.</summary>
public sealed class KilledProcessCases : IDisposable
{
    private const int Chains = 20;
    private const int Steps = 50;
    private const int Kills = 5;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("durable-kill-");

    private string DatabasePath => Path.Combine(_folder.FullName, "engine.db");

    private string EffectsPath => Path.Combine(_folder.FullName, "effects.txt");

    [Fact]
    [Trait("Category", "Long")]
    public async Task Every_chain_completes_and_no_recorded_step_runs_again()
    {
        var killed = 0;
        for (var kill = 1; kill <= Kills; kill++)
        {
            using var process = Start();
            var target = kill * Chains * Steps / (Kills + 2);
            await TestEngine.EventuallyAsync(() => Task.FromResult(process.HasExited || Effects().Count >= target));
            process.Kill();
            await process.WaitForExitAsync();
            killed += process.ExitCode == 0 ? 0 : 1;
        }

        // On a machine that finishes faster than this test looks, the last kills may find nobody.
        Assert.InRange(killed, 3, Kills);

        using (var last = Start())
        {
            await last.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromMinutes(1)).Token);
            Assert.Equal(0, last.ExitCode);
        }

        await AssertResultsAsync();
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task AssertResultsAsync()
    {
        var effects = Effects().ToLookup(effect => (effect.Instance, effect.Step), effect => effect.Run);
        await using var engine = await DurableEngine.StartAsync(
            new DurableEngineOptions { DatabasePath = DatabasePath }, new DurableTaskRegistry(), new ServiceCollection().BuildServiceProvider());
        for (var chain = 0; chain < Chains; chain++)
        {
            var result = await engine.Client.GetInstanceAsync($"chain-{chain}", true);
            Assert.Equal(OrchestrationRuntimeStatus.Completed, result!.RuntimeStatus);

            // A run after the recorded one would have left a later line.
            var recorded = result.ReadOutputAs<string[]>()!;
            Assert.Equal(Enumerable.Range(0, Steps).Select(step => effects[(result.InstanceId, step)].Last()), recorded);
        }
    }

    private List<(string Instance, int Step, string Run)> Effects()
    {
        if (!File.Exists(EffectsPath))
            return [];

        // A line without its end was cut by a kill.
        var text = File.ReadAllText(EffectsPath);
        return [.. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' '))
            .Where(parts => parts.Length == 3)
            .Select(parts => (parts[0], int.Parse(parts[1], CultureInfo.InvariantCulture), parts[2]))];
    }

    private Process Start()
    {
        var host = Path.Combine(AppContext.BaseDirectory, "MultiAgentInfra.EmbeddedRuntime.CrashHost.dll");
        string[] arguments = [host, DatabasePath, EffectsPath, $"{Chains}", $"{Steps}"];
        return Process.Start(new ProcessStartInfo("dotnet", arguments) { UseShellExecute = false })!;
    }
}
