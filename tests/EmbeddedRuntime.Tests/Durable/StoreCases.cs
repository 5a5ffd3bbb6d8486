using System.Reflection;
using Microsoft.Data.Sqlite;
using MultiAgentInfra.EmbeddedRuntime.Engine;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

public sealed class StoreCases : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("durable-store-");

    private string DatabasePath => Path.Combine(_folder.FullName, "engine.db");

    [Fact]
    public void Every_commit_of_the_writer_is_synced()
    {
        using var store = SqliteOrchestrationStore.Open(DatabasePath, TimeProvider.System, _ => { });

        // A pragma is of one connection, so it has to be the writer's own.
        var connection = typeof(SqliteOrchestrationStore).GetFields(BindingFlags.Instance | BindingFlags.NonPublic)
            .Select(field => field.GetValue(store)).OfType<SqliteConnection>().Single();
        Assert.Equal("wal", Pragma(connection, "journal_mode"));
        Assert.Equal(2L, Pragma(connection, "synchronous"));
    }

    [Fact]
    public async Task What_is_not_committed_is_not_seen()
    {
        using var store = SqliteOrchestrationStore.Open(DatabasePath, TimeProvider.System, _ => { });
        using var written = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var write = store.Writer.WriteAsync(session =>
        {
            InstanceCommands.Start(session, "early", "Run", null, new StartDetail(""));
            written.Set();
            return goOn.Wait(Deadline);
        });
        Assert.True(written.Wait(Deadline));
        Assert.Null(store.Read(reader => reader.Instance("early")));
        Assert.Empty(store.Read(reader => reader.Inbox()));
        Assert.False(write.IsCompleted);
        goOn.Set();
        Assert.True(await write);
        Assert.Equal(OrchestrationRuntimeStatus.Pending, store.Read(reader => reader.Instance("early"))!.Status);
        Assert.Single(store.Read(reader => reader.Inbox()));
    }

    [Fact]
    public async Task Work_that_was_not_committed_at_a_crash_is_refused_and_leaves_nothing()
    {
        using (var store = SqliteOrchestrationStore.Open(DatabasePath, TimeProvider.System, _ => { }))
        {
            var write = store.Writer.WriteAsync(session =>
            {
                InstanceCommands.Start(session, "lost", "Run", null, new StartDetail(""));
                store.Writer.Abandon();
                return true;
            });
            await Assert.ThrowsAsync<InvalidOperationException>(() => write);
        }

        using var next = SqliteOrchestrationStore.Open(DatabasePath, TimeProvider.System, _ => { });
        Assert.Null(next.Read(reader => reader.Instance("lost")));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static object? Pragma(SqliteConnection connection, string name)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"PRAGMA {name}";
        return command.ExecuteScalar();
    }
}
