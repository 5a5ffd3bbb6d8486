using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using MultiAgentInfra.EmbeddedRuntime.Engine;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

/// <summary>200 orchestrations of mixed kinds in a process that is killed with SIGKILL again and again.</summary>
internal sealed class Chaos(int cached, ITestOutputHelper output) : IDisposable
{
    private static readonly Dictionary<string, int> StepsOfARound = new()
    {
        ["chain"] = 3,
        ["fan"] = 5,
        ["tree"] = 2,
        ["race"] = 1,
        ["flaky"] = 1,
        ["ping"] = 1,
        ["pong"] = 1,
        ["again"] = 1,
    };

    private static readonly string Unfinished =
        "SELECT InstanceId || ' (' || Status || ', ' || (SELECT count(*) FROM NewEvents e WHERE e.InstanceId = i.InstanceId) || ' events, ' "
        + "|| (SELECT count(*) FROM NewTasks t WHERE t.InstanceId = i.InstanceId) || ' tasks)' FROM Instances i WHERE Status NOT IN "
        + $"({(int)OrchestrationRuntimeStatus.Completed}, {(int)OrchestrationRuntimeStatus.Failed}, {(int)OrchestrationRuntimeStatus.Terminated})";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("durable-chaos-");

    private string DatabasePath => Path.Combine(_folder.FullName, "engine.db");

    private string EffectsPath => Path.Combine(_folder.FullName, "effects.db");

    public async Task RunAsync(int kills)
    {
        var seed = Environment.GetEnvironmentVariable("CHAOS_SEED") is { } given ? int.Parse(given, CultureInfo.InvariantCulture) : RandomNumberGenerator.GetInt32(int.MaxValue);
        output.WriteLine($"CHAOS_SEED={seed}");
        var random = new Random(seed);
        for (var kill = 0; kill < kills; kill++)
        {
            using var process = Start();

            // The time runs from when it works, so that each life gets something done on a slow machine too; short lives are the harder ones.
            await process.ReadyAsync();
            var life = TimeSpan.FromSeconds(1 + (4 * Math.Pow(random.NextDouble(), 2)));
            if (await process.EndsWithinAsync(life))
                Assert.Fail($"It ended on its own: {(await process.EndAsync()).Errors} (CHAOS_SEED={seed})");
            await process.KillAsync();
        }

        using (var last = Start("finish"))
        {
            await last.ReadyAsync();
            try
            {
                Assert.Equal((0, ""), await last.EndAsync());
            }
            catch (TimeoutException)
            {
                Assert.Fail($"These do not end (CHAOS_SEED={seed}): {string.Join(", ", Rows(DatabasePath, Unfinished))}");
            }
        }

        await AssertResultsAsync();
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private CrashHostProcess Start(params string[] more) =>
        CrashHostProcess.Start([], ["chaos", _folder.FullName, cached.ToString(CultureInfo.InvariantCulture), .. more]);

    private async Task AssertResultsAsync()
    {
        Assert.Empty(Rows(DatabasePath, "SELECT 'event ' || InstanceId FROM NewEvents UNION ALL SELECT 'task ' || InstanceId FROM NewTasks"));

        // Exactly one result for each call that a history has.
        Assert.Empty(Rows(
            DatabasePath,
            $"SELECT Execution || ' #' || TaskId FROM History WHERE Kind IN ({(int)EventKind.TaskScheduled}, {(int)EventKind.TaskCompleted}, {(int)EventKind.TaskFailed}) "
            + $"GROUP BY Execution, TaskId HAVING count(*) <> 2 OR sum(Kind = {(int)EventKind.TaskScheduled}) <> 1"));

        var recorded = new List<string>();
        await using (var engine = await DurableEngine.StartAsync(
            new DurableEngineOptions { DatabasePath = DatabasePath }, new DurableTaskRegistry(), new ServiceCollection().BuildServiceProvider()))
        {
            foreach (var (kind, steps) in StepsOfARound)
            {
                for (var index = 0; index < 25; index++)
                    recorded.AddRange(Recorded(await engine.Client.GetInstanceAsync($"{kind}-{index}", true), steps));
            }
        }

        output.WriteLine($"{recorded.Count} steps");

        // A run after the recorded one would have a higher number.
        Assert.Equal(recorded.Order(StringComparer.Ordinal), Rows(EffectsPath, "SELECT Key || '#' || max(Number) FROM Runs GROUP BY Key").Order(StringComparer.Ordinal));
        Assert.Equal(recorded.Count, Rows(EffectsPath, "SELECT Key FROM Effects").Count);
    }

    private static string[] Recorded(OrchestrationMetadata? instance, int stepsOfARound)
    {
        Assert.Equal((OrchestrationRuntimeStatus.Completed, null), (instance!.RuntimeStatus, instance.FailureDetails?.ErrorMessage));
        var done = instance.ReadOutputAs<string[]>()!;
        var expected = Enumerable.Range(0, done.Length).Select(step => $"{instance.InstanceId}|{step / stepsOfARound}.{step % stepsOfARound}");
        Assert.Equal(expected, done.Select(step => step.Split('#')[0]));
        Assert.NotEmpty(done);
        Assert.Equal(0, done.Length % stepsOfARound);
        return done;
    }

    private static List<string> Rows(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
            rows.Add(reader.GetString(0));
        return rows;
    }
}
