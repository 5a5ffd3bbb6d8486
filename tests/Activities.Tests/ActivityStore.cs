using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using MultiAgentInfra.Clients;
using MultiAgentInfra.Clients.Artifacts;
using MultiAgentInfra.Clients.Keys;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Trivy;
using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Characters;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.Core.Operations;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Activities.Tests;

/// <summary>The real store on a folder of its own, with one agent whose deployment has begun.</summary>
internal sealed class ActivityStore : IDisposable
{
    public const string SecretValue = "a-secret-value-of-this-agent";
    public const string ConfiguredSecret = "a \"password\" of + the = control plane";

    private readonly ControlDatabase _database;

    private ActivityStore(FakeClock clock)
    {
        Data = DataFolder.Open(Directory.CreateTempSubdirectory("activities-").FullName);
        _database = new ControlDatabase(Data, clock);
        var box = SecretBox.Open(Data.SecretsKey, _database.HasSecrets());
        Agents = new AgentStore(_database, box);
        Operations = new OperationStore(_database);
        Secrets = new SecretStore(_database, box);
        Images = new RuntimeImageStore(_database);
        PushedImages = new ImageStore(_database);
        LockFiles = new LockFileStore(_database);
        Scans = new ScanStore(_database);
        File.WriteAllBytes(PolicyFile, ScanPolicyReader.Default());
        Gate = new ScanGate(Scans, new ScanPolicyFile(PolicyFile, requiresScan: false, NullLogger<ScanPolicyFile>.Instance), clock);
        Lines = new OperationLogStore(_database);
        ArtifactRows = new OperationArtifactStore(_database);
        Artifacts = new OperationArtifacts(new FolderArtifactStore(Data.Artifacts), ArtifactRows);
        var secrets = new OperationSecrets(Operations, Secrets, new ConfiguredSecrets([ConfiguredSecret]));
        Log = new BuildLog(Lines, Artifacts, secrets, clock, NullLogger<BuildLog>.Instance);
        Recorder = new StepRecorder(Operations, Lifetime, clock, NullLogger<StepRecorder>.Instance);
    }

    public DataFolder Data { get; }
    public AgentStore Agents { get; }
    public OperationStore Operations { get; }
    public SecretStore Secrets { get; }
    public RuntimeImageStore Images { get; }
    public ImageStore PushedImages { get; }
    public LockFileStore LockFiles { get; }
    public ScanStore Scans { get; }
    public ScanGate Gate { get; }

    /// <summary>Holds the shipped policy until a test writes another one.</summary>
    public string PolicyFile => Path.Combine(Data.Root, "scan-policy.json");

    public ApplicationLifetime Lifetime { get; } = new(NullLogger<ApplicationLifetime>.Instance);
    public StepRecorder Recorder { get; }
    public OperationLogStore Lines { get; }
    public OperationArtifactStore ArtifactRows { get; }
    public OperationArtifacts Artifacts { get; }
    public BuildLog Log { get; }
    public Agent Agent { get; private set; } = null!;
    public Guid OperationId => Agent.OperationId;

    public static async Task<ActivityStore> CreateAsync(FakeClock clock, params KnowledgeFile[] knowledge)
    {
        var store = new ActivityStore(clock);
        var organization = await new OrganizationStore(store._database).GetPersonalAsync("alice", CancellationToken.None);
        var draft = new NewAgent(
            Guid.NewGuid(),
            organization,
            "Ada",
            "local",
            """{"name":"Ada","bio":"Answers."}""",
            PluginSet.Create(PluginCatalogue.Default, []),
            knowledge,
            new Dictionary<string, string> { ["API_KEY"] = SecretValue },
            new Dictionary<string, string>(),
            new AgentResources(),
            []);
        var created = Assert.IsType<CreateResult.Created>(await store.Agents.CreateAsync(draft, null, CancellationToken.None));
        Assert.True(await store.Operations.StartAsync(created.Operation.Id, CancellationToken.None));
        store.Agent = created.Agent;
        return store;
    }

    public async Task<OperationStep> StepAsync(string name) =>
        (await Operations.FindAsync(OperationId, CancellationToken.None))!.Steps.Single(step => step.Name == name);

    /// <summary>What a deletion does to the deployments of its agent.</summary>
    public Task CancelAsync() => Operations.RequestCancelAsync(Agent.Id, Guid.Empty, CancellationToken.None);

    public void Dispose()
    {
        _database.Dispose();
        Data.Dispose();
        Directory.Delete(Data.Root, recursive: true);
    }
}
