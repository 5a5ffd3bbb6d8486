using Microsoft.Data.Sqlite;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

/// <summary>Files that released versions have written are opened by this one, and their instances go on where they were.</summary>
public sealed class SavedFileTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("schema-1.sql")]
    public async Task Instances_of_an_older_file_go_on(string file)
    {
        var ran = new List<string>();
        await using var engine = new CrashingEngine(256, (tasks, _) => Add(tasks, key =>
        {
            lock (ran)
                ran.Add(key);
            return Task.FromResult<string?>($"{key} after");
        }));
        Execute(engine.DatabasePath, Read(file));
        await engine.StartAsync();
        await engine.Client.RaiseEventAsync("event", "go", "went");
        await engine.Client.RaiseEventAsync("child-of", "go", "went");
        await TestEngine.EventuallyAsync(async () =>
        {
            engine.Clock.Advance(TimeSpan.FromMinutes(30));
            return (await engine.Client.GetInstanceAsync("timer"))!.IsCompleted;
        });

        Assert.Equal("first before, went", await OutputAsync(engine, "event"));
        Assert.Equal("first before, fired", await OutputAsync(engine, "timer"));
        Assert.Equal("first before, second after", await OutputAsync(engine, "task"));
        Assert.Equal("first before, went", await OutputAsync(engine, "child"));
        Assert.Equal("first before, early", await OutputAsync(engine, "inbox"));
        Assert.Equal("done before", await OutputAsync(engine, "done"));
        Assert.Equal(["second"], ran);
    }

    private static void Add(DurableTaskRegistry tasks, Func<string, Task<string?>> step) => tasks
        .AddOrchestratorFunc<string, string>("Run", async (context, stage) =>
        {
            var first = await context.CallActivityAsync<string>("Step", stage == "done" ? "done" : "first");
            if (stage == "done")
                return first;
            if (stage == "timer")
                await context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
            var second = stage switch
            {
                "timer" => "fired",
                "task" => await context.CallActivityAsync<string>("Step", "second"),
                "child" => await context.CallSubOrchestratorAsync<string>("Child", options: new SubOrchestrationOptions(instanceId: "child-of")),
                _ => await context.WaitForExternalEvent<string>("go"),
            };
            return $"{first}, {second}";
        })
        .AddOrchestratorFunc<string>("Child", async context => await context.WaitForExternalEvent<string>("go"))
        .AddActivityFunc<string, string>("Step", (_, key) => step(key!));

    private static async Task<string?> OutputAsync(CrashingEngine engine, string id) =>
        (await engine.Client.WaitForInstanceCompletionAsync(id, true).WaitAsync(Deadline, TimeProvider.System)).ReadOutputAs<string>();

    private static string Read(string file)
    {
        using var stream = typeof(SavedFileTests).Assembly.GetManifestResourceStream(file) ?? throw new InvalidOperationException($"{file} is not embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static void Execute(string databasePath, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={databasePath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
