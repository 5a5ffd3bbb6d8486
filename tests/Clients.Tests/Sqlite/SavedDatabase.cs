using System.Globalization;
using Microsoft.Data.Sqlite;
using MultiAgentInfra.Clients.Keys;

namespace MultiAgentInfra.Clients.Tests.Sqlite;

/// <summary>A store that an earlier release has left: organization <see cref="Organization"/> of <see cref="Owner"/> with agents 1 to 6, from version 5 on
/// also 7 and 8, each named after what it is.</summary>
internal static class SavedDatabase
{
    public static readonly Guid Owner = new("6d5f4b9e-2a8a-4c38-9d4e-2f6f1a3f9a10");
    public static readonly Guid Organization = new("0199aaaa-0000-7000-8000-000000000001");

    public static Guid Agent(int number) => new($"0199bbbb-0000-7000-8000-{number:d12}");

    public static Guid Operation(int number) => new($"0199cccc-0000-7000-8000-{number:d12}");

    public static string Secret(int agent, int revision) => $"canary-of-agent-{agent}-revision-{revision}";

    /// <summary>Writes the file, and secrets that are sealed with this folder's key: KEPT_KEY of revision 1, and of agent 8 another one that revision 2 removes.</summary>
    public static void Write(DataFolder folder, int version)
    {
        using var db = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = folder.ControlDatabase, Pooling = false, ForeignKeys = false }.ToString());
        db.Open();
        Execute(db, Read($"control-{version}.sql"));
        var box = SecretBox.Open(folder.SecretsKey, secretsExist: false);
        foreach (var agent in version < 5 ? Enumerable.Range(1, 5) : [1, 2, 3, 4, 5, 7, 8])
            Insert(db, box, version, agent, "KEPT_KEY", 1);
        if (version < 5)
            return;
        Insert(db, box, version, 8, "REMOVED_KEY", 1);
        Execute(db, $"INSERT INTO secrets (agent_id, name, revision, sealed) VALUES ('{Agent(8)}', 'REMOVED_KEY', 2, NULL)");
        Insert(db, box, version, 8, "KEPT_KEY", 2);
    }

    private static void Insert(SqliteConnection db, SecretBox box, int version, int agent, string name, int revision)
    {
        var @sealed = Convert.ToHexString(box.Seal(Agent(agent), name, Secret(agent, revision)));
        Execute(db, version < 5
            ? $"INSERT INTO secrets (agent_id, name, sealed) VALUES ('{Agent(agent)}', '{name}', x'{@sealed}')"
            : string.Create(CultureInfo.InvariantCulture, $"INSERT INTO secrets (agent_id, name, revision, sealed) VALUES ('{Agent(agent)}', '{name}', {revision}, x'{@sealed}')"));
    }

    private static string Read(string file)
    {
        using var reader = new StreamReader(typeof(SavedDatabase).Assembly.GetManifestResourceStream(file)!);
        return reader.ReadToEnd();
    }

    private static void Execute(SqliteConnection db, string sql)
    {
        using var command = db.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
