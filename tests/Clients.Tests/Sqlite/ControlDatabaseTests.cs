using Dapper;
using Microsoft.Extensions.DependencyInjection;
using MultiAgentInfra.Clients.Keys;
using MultiAgentInfra.Clients.Sqlite;
using static MultiAgentInfra.Clients.Tests.Sqlite.TestStore;

namespace MultiAgentInfra.Clients.Tests.Sqlite;

public sealed class ControlDatabaseTests : IDisposable
{
    private static readonly int[] Versions = [.. typeof(ControlDatabase).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith("control.", StringComparison.Ordinal) && name.EndsWith(".sql", StringComparison.Ordinal))
        .Select(name => int.Parse(name.AsSpan("control.".Length, 4), System.Globalization.CultureInfo.InvariantCulture)).Order()];

    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Opening_the_file_again_keeps_what_is_in_it()
    {
        var created = await _store.CreateAsync();
        _store.Database.Dispose();

        using var again = new ControlDatabase(_store.Folder, _store.Clock);

        Assert.NotNull(await new OperationStore(again).FindAsync(created.Operation.Id, Token));
        Assert.Equal(Versions, await again.ReadAsync(db => db.Query<int>("SELECT version FROM schema_version").ToList(), Token));
    }

    [Fact]
    public async Task A_file_of_a_newer_release_is_refused_and_left_as_it_is()
    {
        await _store.Database.WriteAsync(db => { db.Execute("INSERT INTO schema_version (version, applied_at) VALUES (99, 0)"); }, Token);
        _store.Database.Dispose();

        var error = Assert.Throws<InvalidOperationException>(() => new ControlDatabase(_store.Folder, _store.Clock));

        Assert.Equal(
            $"The database {_store.Folder.ControlDatabase} has schema version 99, and this release knows versions up to {Versions[^1]}. Start the newer release.",
            error.Message);
    }

    [Fact]
    public async Task The_database_is_set_to_keep_what_is_committed_and_nothing_that_is_deleted()
    {
        var settings = await _store.Database.WriteAsync(
            db => (
                db.ExecuteScalar<string>("PRAGMA journal_mode"),
                db.ExecuteScalar<int>("PRAGMA synchronous"),
                db.ExecuteScalar<int>("PRAGMA foreign_keys"),
                db.ExecuteScalar<int>("PRAGMA secure_delete"),
                db.ExecuteScalar<int>("PRAGMA busy_timeout")),
            Token);

        Assert.Equal(("wal", 2, 1, 1, 10_000), settings);
    }

    [Fact]
    public async Task All_of_the_files_are_private()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no Unix modes.");
        await _store.CreateAsync();

        var files = Directory.GetFiles(_store.Path, "*.db*");

        Assert.Contains(_store.Folder.ControlDatabase + "-wal", files);
        Assert.Contains(_store.Folder.ControlDatabase + "-shm", files);
        Assert.All(files, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, Mode(file)));
    }

    [Fact]
    public async Task A_cancelled_caller_writes_nothing()
    {
        var draft = Draft(await _store.OrganizationAsync());

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _store.Agents.CreateAsync(draft, null, new CancellationToken(canceled: true)));

        Assert.Null(await _store.Agents.FindAsync(draft.Id, Token));
    }

    [Fact]
    public async Task A_lost_key_stops_the_start_while_secrets_exist()
    {
        await _store.CreateAsync();
        Assert.True(_store.Database.HasSecrets());
        File.Delete(_store.Folder.SecretsKey);

        var error = Assert.Throws<InvalidOperationException>(() => SecretBox.Open(_store.Folder.SecretsKey, _store.Database.HasSecrets()));

        Assert.StartsWith($"The key file {_store.Folder.SecretsKey} is missing.", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_store.Folder.SecretsKey));
    }

    [Fact]
    public void The_registration_provides_every_store()
    {
        using var services = new ServiceCollection().AddStore(_store.Folder, _store.Clock)
            .BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true });

        Assert.NotNull(services.GetRequiredService<AgentStore>());
    }

    private static UnixFileMode Mode(string path) => OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(path);
}
