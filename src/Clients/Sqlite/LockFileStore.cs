using Dapper;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Sqlite;

/// <summary>The lock file of each package.json that was ever resolved; none changes once it is stored.</summary>
public sealed class LockFileStore(ControlDatabase database)
{
    /// <returns>The lock file; null until one was stored.</returns>
    public Task<string?> FindAsync(string packageJson, CancellationToken cancellationToken) => database.ReadAsync(
        db => db.QuerySingleOrDefault<string?>("SELECT content FROM lock_files WHERE package_json = @key", new { key = Key(packageJson) }),
        cancellationToken);

    /// <summary>Stores the lock file unless there is one.</summary>
    /// <returns>The one that counts.</returns>
    public Task<string> AddAsync(string packageJson, string lockFile, CancellationToken cancellationToken) => database.WriteAsync(
        db =>
        {
            var row = new { key = Key(packageJson), lockFile, now = database.Now.ToUnixTimeMilliseconds() };
            db.Execute("INSERT INTO lock_files (package_json, content, created_at) VALUES (@key, @lockFile, @now) ON CONFLICT DO NOTHING", row);
            return db.QuerySingle<string>("SELECT content FROM lock_files WHERE package_json = @key", row);
        },
        cancellationToken);

    private static string Key(string packageJson) => Digest.Of(System.Text.Encoding.UTF8.GetBytes(packageJson)).Hex;
}
