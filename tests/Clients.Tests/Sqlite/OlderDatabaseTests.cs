using Dapper;
using MultiAgentInfra.Clients.Keys;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.Core.Operations;
using static MultiAgentInfra.Clients.Tests.Sqlite.SavedDatabase;
using static MultiAgentInfra.Clients.Tests.Sqlite.TestStore;

namespace MultiAgentInfra.Clients.Tests.Sqlite;

/// <summary>Stores that earlier releases have written: what is in them means what it meant, and goes on.</summary>
public sealed class OlderDatabaseTests : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("older-store-").FullName;
    private readonly SettableClock _clock = new();
    private readonly DataFolder _folder;
    private ControlDatabase? _database;

    public OlderDatabaseTests() => _folder = DataFolder.Open(_path);

    public void Dispose()
    {
        _database?.Dispose();
        _folder.Dispose();
        Directory.Delete(_path, recursive: true);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Its_schema_becomes_that_of_a_new_file(int version)
    {
        using var fresh = new TestStore();
        Open(version);

        Assert.Equal(await SchemaAsync(fresh.Database), await SchemaAsync(_database!));
        Assert.Equal(["ok"], await _database!.ReadAsync(db => db.Query<string>("PRAGMA integrity_check").ToList(), Token));
        Assert.Empty(await _database.ReadAsync(db => db.Query("PRAGMA foreign_key_check").ToList(), Token));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Agents_are_where_they_were_and_only_what_ran_is_proven(int version)
    {
        var (agents, secrets) = Open(version);
        AgentStatus[] states = [AgentStatus.Running, AgentStatus.Failed, AgentStatus.Queued, AgentStatus.Deploying, AgentStatus.Deleting, AgentStatus.Deleted];
        foreach (var (number, status) in states.Index().Select(state => (state.Index + 1, state.Item)))
        {
            var agent = (await agents.FindAsync(Agent(number), Token))!;
            Assert.Equal((status, 1), (agent.Status, agent.Revision));
            Assert.Equal(number == 1 || (version == 5 && number == 5) ? 1 : null, agent.RunningRevision);
            var revision = await agents.GetRevisionAsync(agent.Id, 1, Token);
            Assert.Equal(status == AgentStatus.Deleted, revision is null);
            if (revision is null)
                continue;
            Assert.Equal((null, number == 1 ? 2 : 1), (revision.Deployment, revision.Attempts));
            Assert.Equal(agent.RunningRevision is null ? null : agent.Image, revision.Image);
            Assert.Equal(("debug", "notes/a.md", 1024), (revision.Environment["LOG_LEVEL"], revision.Knowledge.Single().Name, revision.Resources.MemoryMiB));
            Assert.Equal(Secret(number, 1), (await secrets.GetAllAsync(agent.Id, 1, Token))["KEPT_KEY"]);
        }

        Assert.Equal(version < 5 ? [5, 4, 3, 2, 1] : [8, 7, 5, 4, 3, 2, 1], (await agents.ListAsync(Organization, null, 50, Token))!.Agents.Select(agent => agent.Id.ToByteArray()[15]));
        Assert.Empty(await new PlacementStore(_database!).ListAsync(Token));
        Assert.Empty(await new ClusterStore(_database!).ListDrainedAsync(Token));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Operations_say_what_they_said(int version)
    {
        Open(version);
        var operations = new OperationStore(_database!);

        var failed = (await operations.FindAsync(Operation(3), Token))!;
        Assert.Equal((OperationKind.Deploy, OperationStatus.Failed, null), (failed.Kind, failed.Status, failed.Outcome));
        Assert.Equal(("healthy", "The agent exited with code 1.", "no database here"), (failed.Error!.Step, failed.Error.Message, failed.Error.LogTail.Single()));
        Assert.Equal((null, null, null), (failed.Error.Cause, failed.Error.Evidence, failed.Error.Hint));
        Assert.Equal(("healthy", StepStatus.Failed, 3), (failed.Steps.Single().Name, failed.Steps.Single().Status, failed.Steps.Single().Attempts));
        Assert.Equal([Operation(4), Operation(5), Operation(7)], (await operations.ListActiveAsync(Token)).Select(operation => operation.Id).Order());
        Assert.Equal([Operation(4)], (await new OutboxStore(_database!).ListAsync(10, Token)).Select(order => order.OperationId));
    }

    [Fact]
    public async Task What_runs_is_restarted_by_its_digest_under_a_number_that_was_never_used()
    {
        var (agents, _) = Open(4);
        var restart = Accepted(await agents.RequestAsync(OperationKind.Restart, Organization, Agent(1), null, Token));
        var (ready, previous) = await agents.FindProvenAsync(restart.Operation.Id, Agent(1), 1, Token);

        Assert.Equal($"deploy-{Agent(1)}-1-3", restart.Operation.InstanceId);
        Assert.Equal((Of('a'), Of('b'), null), (ready?.Image, ready?.Runtime, previous));
    }

    [Fact]
    public async Task What_failed_is_built_again_and_what_was_under_way_ends()
    {
        var (agents, secrets) = Open(4);
        var start = Accepted(await agents.RequestAsync(OperationKind.Start, Organization, Agent(2), null, Token));
        await agents.CompleteDeploymentAsync(Operation(5), Agent(4), Of('9'), null, Token);
        await agents.CompleteDeletionAsync(Operation(7), Agent(5), Token);

        Assert.Equal($"deploy-{Agent(2)}-1-2", start.Operation.InstanceId);
        Assert.Null((await agents.FindProvenAsync(start.Operation.Id, Agent(2), 1, Token)).Ready);
        var deployed = (await agents.FindAsync(Agent(4), Token))!;
        Assert.Equal((AgentStatus.Running, 1, Of('9')), (deployed.Status, deployed.RunningRevision, deployed.Image));
        Assert.Equal(AgentStatus.Deleted, (await agents.FindAsync(Agent(5), Token))!.Status);
        Assert.Empty(await secrets.GetValuesAsync(Agent(5), Token));
    }

    [Fact]
    public async Task An_update_keeps_the_secrets_and_the_revision_to_go_back_to()
    {
        var (agents, secrets) = Open(4);
        var update = Draft(Organization) with { Id = Agent(1) };
        var accepted = Accepted(await agents.UpdateAsync(update, [], null, Token));

        Assert.Equal((2, 1), (accepted.Agent.Revision, accepted.Agent.RunningRevision));
        Assert.Equal((1, 3), ((await agents.FindProvenAsync(accepted.Operation.Id, Agent(1), 2, Token)).Previous is { } previous ? (previous.Revision, previous.Attempt) : default));
        Assert.Equal(["KEPT_KEY", "OPENAI_API_KEY"], (await secrets.GetAllAsync(Agent(1), Token)).Keys.Order());
        Assert.Equal(["KEPT_KEY"], (await secrets.GetAllAsync(Agent(1), 1, Token)).Keys);
    }

    [Fact]
    public async Task A_repeated_request_gets_the_answer_of_before()
    {
        var (agents, _) = Open(4);
        var repeated = new IdempotentRequest("first", [1, 2], (_, _) => throw new InvalidOperationException("It was answered before."));

        Assert.Equal(202, Assert.IsType<CreateResult.Replayed>(await agents.CreateAsync(Draft(Organization), repeated, Token)).Response.Status);
    }

    [Fact]
    public async Task A_stopped_agent_starts_with_what_ran_and_one_that_was_rolled_back_runs_its_first_revision()
    {
        var (agents, secrets) = Open(5);
        var (stopped, back) = ((await agents.FindAsync(Agent(7), Token))!, (await agents.FindAsync(Agent(8), Token))!);
        var (first, second) = ((await agents.GetRevisionAsync(back.Id, 1, Token))!, (await agents.GetRevisionAsync(back.Id, 2, Token))!);
        var operation = (await new OperationStore(_database!).FindAsync(Operation(12), Token))!;

        Assert.Equal((AgentStatus.Stopped, null), (stopped.Status, stopped.RunningRevision));
        Assert.Equal($"deploy-{Agent(7)}-1-2", Accepted(await agents.RequestAsync(OperationKind.Start, Organization, Agent(7), null, Token)).Operation.InstanceId);
        Assert.Equal((AgentStatus.Running, 2, 1), (back.Status, back.Revision, back.RunningRevision));
        Assert.Equal((new AgentDeployment(), new AgentDeployment(null, true, 2, 4, "agent.example.com")), (first.Deployment, second.Deployment));
        Assert.Equal((OperationKind.Update, OperationOutcome.RolledBack, "CrashLoop"), (operation.Kind, operation.Outcome, operation.Error?.Cause));
        Assert.Equal([Secret(8, 1), Secret(8, 1)], (await secrets.GetAllAsync(back.Id, 1, Token)).Values);
        Assert.Equal([Secret(8, 2)], (await secrets.GetAllAsync(back.Id, Token)).Values);
    }

    private static Digest Of(char digit) => Digest.Parse($"sha256:{new string(digit, 64)}");

    private static ChangeResult.Accepted Accepted(ChangeResult result) => Assert.IsType<ChangeResult.Accepted>(result);

    private static Task<List<string>> SchemaAsync(ControlDatabase database) => database.ReadAsync(
        db => db.Query<string>("SELECT type || ' ' || name || ': ' || sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name").ToList(), Token);

    private (AgentStore Agents, SecretStore Secrets) Open(int version)
    {
        Write(_folder, version);
        _database = new(_folder, _clock);
        var box = SecretBox.Open(_folder.SecretsKey, _database.HasSecrets());
        return (new(_database, box), new(_database, box));
    }
}
