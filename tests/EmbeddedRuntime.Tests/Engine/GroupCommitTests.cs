using Microsoft.Data.Sqlite;
using MultiAgentInfra.EmbeddedRuntime.Engine;
using SQLitePCL;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Engine;

public sealed class GroupCommitTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly SqliteConnection _connection = new("Data Source=:memory:");

    public GroupCommitTests()
    {
        _connection.Open();
        StoreSchema.Migrate(_connection);
    }

    public void Dispose() => _connection.Dispose();

    [Fact]
    public async Task Writes_that_wait_for_another_share_one_commit()
    {
        var commits = 0;
        raw.sqlite3_commit_hook(
            _connection.Handle,
            _ =>
            {
                commits++;
                return 0;
            },
            null);
        using var entered = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        using var writer = new GroupCommit(_connection, TimeProvider.System, _ => { });
        var first = writer.WriteAsync(_ =>
        {
            entered.Set();
            return goOn.Wait(Deadline);
        });
        Assert.True(entered.Wait(Deadline));
        var waiting = Enumerable.Range(0, 50).Select(number => writer.WriteAsync(_ => number)).ToArray();
        goOn.Set();

        Assert.True(await first);
        Assert.Equal(Enumerable.Range(0, 50), await Task.WhenAll(waiting));
        Assert.Equal(2, commits);
    }
}
