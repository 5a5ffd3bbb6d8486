using System.Reflection;
using Dapper;
using Microsoft.Data.Sqlite;

namespace MultiAgentInfra.Clients.Sqlite;

/// <summary>Applies the embedded scripts <c>control.NNNN.sql</c> that the database does not have yet, each in its own transaction.</summary>
internal static class Migrations
{
    private const string Prefix = "control.";

    public static void Apply(SqliteConnection connection, long now)
    {
        var scripts = Scripts();
        connection.Execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT");
        var current = connection.ExecuteScalar<int>("SELECT COALESCE(MAX(version), 0) FROM schema_version");
        var newest = scripts.Keys.Last();
        if (current > newest)
        {
            throw new InvalidOperationException(
                $"The database {connection.DataSource} has schema version {current}, and this release knows versions up to {newest}. Start the newer release.");
        }
        foreach (var (version, resource) in scripts.Where(script => script.Key > current))
        {
            using var transaction = connection.BeginTransaction(deferred: false);
            connection.Execute(Text(resource));
            connection.Execute("INSERT INTO schema_version (version, applied_at) VALUES (@version, @now)", new { version, now });
            transaction.Commit();
        }
    }

    private static SortedDictionary<int, string> Scripts()
    {
        var scripts = new SortedDictionary<int, string>();
        foreach (var name in Assembly.GetExecutingAssembly().GetManifestResourceNames())
        {
            if (name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(".sql", StringComparison.Ordinal))
                scripts.Add(int.Parse(name.AsSpan(Prefix.Length, 4), System.Globalization.CultureInfo.InvariantCulture), name);
        }
        return scripts;
    }

    private static string Text(string resource)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }
}
