using static MultiAgentInfra.Clients.Tests.Sqlite.TestStore;

namespace MultiAgentInfra.Clients.Tests.Sqlite;

public sealed class LockFileStoreTests : IDisposable
{
    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task The_first_lock_file_of_a_package_json_counts()
    {
        Assert.Null(await _store.LockFiles.FindAsync("{}", Token));

        Assert.Equal("first", await _store.LockFiles.AddAsync("{}", "first", Token));
        Assert.Equal("first", await _store.LockFiles.AddAsync("{}", "second", Token));
        Assert.Equal("other", await _store.LockFiles.AddAsync("{ }", "other", Token));

        Assert.Equal("first", await _store.LockFiles.FindAsync("{}", Token));
    }
}
