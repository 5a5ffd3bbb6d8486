using MultiAgentInfra.Clients.Keys;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Characters;
using MultiAgentInfra.Core.Operations;

namespace MultiAgentInfra.Clients.Tests.Sqlite;

/// <summary>A store on real files in a folder of its own, with a clock that only moves when told to.</summary>
internal sealed class TestStore : IDisposable
{
    public TestStore()
    {
        Path = Directory.CreateTempSubdirectory("store-").FullName;
        Folder = DataFolder.Open(Path);
        Database = new(Folder, Clock);
        Box = SecretBox.Open(Folder.SecretsKey, Database.HasSecrets());
        Agents = new(Database, Box);
        Operations = new(Database);
        Organizations = new(Database);
        Secrets = new(Database, Box);
        RuntimeImages = new(Database);
        Images = new(Database);
        LockFiles = new(Database);
    }

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public static OperationError Error { get; } = new("install", "npm ended with 1.", ["last line"]);

    public string Path { get; }
    public DataFolder Folder { get; }
    public SettableClock Clock { get; } = new();
    public ControlDatabase Database { get; }
    public SecretBox Box { get; }
    public AgentStore Agents { get; }
    public OperationStore Operations { get; }
    public OrganizationStore Organizations { get; }
    public SecretStore Secrets { get; }
    public RuntimeImageStore RuntimeImages { get; }
    public ImageStore Images { get; }
    public LockFileStore LockFiles { get; }

    public Task<Guid> OrganizationAsync(string subject = "alice") => Organizations.GetPersonalAsync(subject, Token);

    public static NewAgent Draft(Guid organizationId, string name = "Ada") => new(
        Guid.CreateVersion7(),
        organizationId,
        name,
        "local",
        """{"name":"Ada","bio":"canary-character"}""",
        PluginSet.Create(PluginCatalogue.Default, [new("@elizaos/plugin-openai", "1.6.0")]),
        [new("notes/a.md", "canary-knowledge")],
        new Dictionary<string, string> { ["OPENAI_API_KEY"] = "canary-secret-value" },
        new Dictionary<string, string> { ["LOG_LEVEL"] = "canary-environment" },
        new AgentResources(512, 0.5),
        ["canary-warning"]);

    public static IdempotentRequest Request(string key, byte fingerprint = 1) => new(
        key,
        [fingerprint],
        (agent, operation) => new(202, new Dictionary<string, string> { ["Location"] = $"/api/agents/{agent.Id}" }, $$"""{"operation":"{{operation.Id}}"}"""));

    public async Task<CreateResult.Created> CreateAsync(string subject = "alice", string name = "Ada")
    {
        var result = await Agents.CreateAsync(Draft(await OrganizationAsync(subject), name), null, Token);
        return Assert.IsType<CreateResult.Created>(result);
    }

    public async Task<Agent> CreateRunningAsync()
    {
        var created = await CreateAsync();
        Assert.True(await Operations.StartAsync(created.Operation.Id, Token));
        await Agents.CompleteDeploymentAsync(created.Operation.Id, created.Agent.Id, Core.Images.Digest.Of("image"u8), null, Token);
        return (await Agents.FindAsync(created.Agent.Id, Token))!;
    }

    public async Task<DeletionResult.Accepted> RequestDeletionAsync(Agent agent) =>
        Assert.IsType<DeletionResult.Accepted>(await Agents.RequestDeletionAsync(agent.OrganizationId, agent.Id, null, Token));

    /// <summary>Every byte that the database has on the disk, one character a byte.</summary>
    public string RawBytes() => string.Concat(
        Directory.GetFiles(Path, "control.db*").Select(file =>
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return System.Text.Encoding.Latin1.GetString(bytes);
        }));

    public void Dispose()
    {
        Database.Dispose();
        Folder.Dispose();
        Directory.Delete(Path, recursive: true);
    }
}

internal sealed class SettableClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2030, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
