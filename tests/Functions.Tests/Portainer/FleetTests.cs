using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Functions.Maintenance;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.Functions.Tests.Portainer;

/// <summary>Many agents of many owners over three clusters, all at once.</summary>
[Trait("Category", "Long")]
public sealed class FleetTests : IAsyncLifetime
{
    private const int Owners = 20;
    private const int AgentsOfEach = 25;
    private const string ManagedBy = "multi-agent-infra";

    // Few looks at each agent while it boots: what is to be seen here is many at once.
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(2);

    private readonly ClusterFixture _fixture = new();
    private readonly List<(HttpClient Client, AcceptedAgent Agent)> _agents = [];

    public async ValueTask InitializeAsync()
    {
        await _fixture.InitializeAsync();
        foreach (var cluster in new[] { _fixture.Cluster, _fixture.Portainer.AddKubernetes("two"), _fixture.Portainer.AddKubernetes("three") })
            cluster.SetNodes([.. Enumerable.Range(1, 3).Select(node => new ClusterNode($"node-{node}", "128", "512Gi"))]);
    }

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task Five_hundred_agents_are_balanced_never_run_twice_and_leave_nothing()
    {
        var (before, began) = (_fixture.Portainer.Calls.Count, _fixture.Clock.GetUtcNow());
        await DeployAsync();

        var looks = await EndAsync(_agents.Select(one => (one.Client, one.Agent.OperationId)));
        AssertListsAreShared(_fixture.Portainer.Calls.Skip(before), looks, _fixture.Clock.GetUtcNow() - began);
        AssertBalanced();
        await AssertOneLookServesAllAsync();
        await EvictAndRestartAsync();
        foreach (var (client, agent) in _agents)
            Assert.Equal(1, _fixture.Portainer.EventLog.LivePods($"{agent.AgentId}"));

        await DeleteAsync();
        Assert.All(_fixture.Portainer.EventLog.MostLivePodsPerAgent(), most => Assert.Equal(1, most.Value));
        Assert.Empty(_fixture.Portainer.Stacks);
        Assert.All(Clusters(), cluster => Assert.Empty(cluster.ObjectsWith(PodFacts.AgentLabel)));
        Assert.Empty(_fixture.Portainer.UnknownRoutes);
    }

    private async Task DeployAsync()
    {
        var accepted = await Task.WhenAll(Enumerable.Range(0, Owners).Select(async _ =>
        {
            var client = _fixture.Client(Guid.NewGuid());
            return (await Task.WhenAll(Enumerable.Range(0, AgentsOfEach).Select(_ => ClusterFixture.PostAsync(client)))).Select(agent => (client, agent));
        }));
        _agents.AddRange(accepted.SelectMany(each => each));
    }

    /// <summary>Every fifth is restarted while its node evicts it, and ends slowly.</summary>
    private async Task EvictAndRestartAsync()
    {
        var restarted = _agents.Where((_, index) => index % 5 == 0).ToList();
        foreach (var cluster in Clusters())
            cluster.When(pod => pod.Agent.Length > 0, Behaviour.SlowTermination(TimeSpan.FromSeconds(7)));
        var operations = new List<(HttpClient, Guid)>();
        foreach (var (client, agent) in restarted)
        {
            operations.Add((client, (await AcceptedAgent.ReadAsync(await client.PostAsync($"/api/agents/{agent.AgentId}/restart", null))).OperationId));
            foreach (var cluster in Clusters())
                cluster.Evict(agent.AgentId);
        }

        await EndAsync(operations);
        foreach (var cluster in Clusters())
            cluster.ForgetScripts();
    }

    private async Task DeleteAsync()
    {
        var deletions = await Task.WhenAll(_agents.Select(async one => (one.Client, (await ClusterFixture.DeleteAsync(one.Client, one.Agent.AgentId)).OperationId)));
        await EndAsync(deletions);
    }

    /// <returns>How often the operations have looked at their agents.</returns>
    private async Task<int> EndAsync(IEnumerable<(HttpClient Client, Guid OperationId)> operations)
    {
        var looks = 0;
        foreach (var (client, operationId) in operations)
        {
            var operation = await _fixture.EndAsync(client, operationId, Step);
            Assert.True((string)operation["status"]! == "Succeeded", operation.ToJsonString());
            looks += operation["steps"]!.AsArray().Where(step => (string)step!["name"]! is "stop" or "healthy" or "hold").Sum(step => (int)step!["attempts"]!);
        }

        return looks;
    }

    /// <summary>None is for one agent alone, and who looks at the same moment shares one.</summary>
    private static void AssertListsAreShared(IEnumerable<string> calls, int looks, TimeSpan elapsed)
    {
        var lists = calls.Where(call => call.StartsWith("GET ", StringComparison.Ordinal) && call.Contains("/api/v1/pods?", StringComparison.Ordinal)).ToList();
        // What clusters have room for counts the pods of others too, and is asked once in five seconds of each cluster.
        var capacity = lists.Where(list => !list.Contains("labelSelector=", StringComparison.Ordinal)).ToList();
        Assert.All(capacity, list => Assert.Contains("fieldSelector=", list, StringComparison.Ordinal));
        Assert.InRange(capacity.Count, 3, 3 * (2 + (int)(elapsed / TimeSpan.FromSeconds(5))));
        Assert.All(lists.Except(capacity), list => Assert.Contains(ManagedBy, list, StringComparison.Ordinal));
        Assert.InRange(lists.Count, 1, looks * 2 / 3);
    }

    /// <summary>However many agents a sweep looks at, it fetches each list of each cluster once.</summary>
    private async Task AssertOneLookServesAllAsync()
    {
        _fixture.Clock.Advance(Step);
        var before = _fixture.Portainer.Calls.Count;
        await _fixture.Get<HealthPoller>().PollAsync(TestContext.Current.CancellationToken);

        var calls = _fixture.Portainer.Calls.Skip(before).ToList();
        Assert.All(calls, call => Assert.Contains("labelSelector=" + Uri.EscapeDataString("app.kubernetes.io/managed-by"), call, StringComparison.Ordinal));
        Assert.Equal((9, 9), (calls.Count, calls.Distinct().Count()));
        var watched = await _fixture.Get<MonitorStore>().ListAsync(TestContext.Current.CancellationToken);
        Assert.Equal(_agents.Count, watched.Count);
        Assert.All(watched, monitor => Assert.True(monitor.Health!.Healthy, monitor.Health.Reason));
    }

    private void AssertBalanced()
    {
        var most = _fixture.Portainer.Stacks.GroupBy(row => row.EnvironmentId).Select(cluster => cluster.Count()).ToList();
        Assert.Equal((3, Owners * AgentsOfEach), (most.Count, most.Sum()));
        Assert.InRange(most.Max() - most.Min(), 0, Owners * AgentsOfEach / 20);
    }

    private IEnumerable<Cluster> Clusters() => new[] { "one", "two", "three" }.Select(name => _fixture.Portainer.Environment(name).Cluster!);
}
