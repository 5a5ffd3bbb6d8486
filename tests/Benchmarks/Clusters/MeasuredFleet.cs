using Microsoft.Extensions.Logging.Abstractions;
using MultiAgentInfra.Clients;
using MultiAgentInfra.Clients.Kubernetes;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Portainer;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Benchmarks.Clusters;

/// <summary>Agents of many owners on the clusters of one Portainer, by the target that the product runs them with.</summary>
internal sealed class MeasuredFleet : IDisposable
{
    private const int AgentsOfOwner = 25;
    private const int AtOnce = 128;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private static readonly IReadOnlyDictionary<string, string> Secrets = new Dictionary<string, string>
    {
        ["ELIZA_SERVER_AUTH_TOKEN"] = "a token of a benchmark",
        ["SECRET_SALT"] = "a salt of a benchmark",
        ["OPENAI_API_KEY"] = "a key of a benchmark",
    };

    private static readonly IReadOnlyDictionary<string, string> Variables = new Dictionary<string, string> { ["LOG_LEVEL"] = "info" };

    private readonly DataFolder _data;
    private readonly ControlDatabase _store;
    private readonly PortainerConnection _connection;
    private readonly PortainerClusters _clusters;
    private readonly RemoteRegistry _registry;
    private readonly PortainerTarget _target;
    private readonly List<(int Cluster, AgentLaunch Launch)> _agents;

    /// <param name="key">Of an administrator.</param>
    public MeasuredFleet(string address, string key, string folder, int count)
    {
        _connection = PortainerConnection.To(new() { Address = address, ApiKey = key });
        _data = DataFolder.Open(Path.Combine(folder, "data"));
        _store = new(_data, TimeProvider.System);
        _clusters = new(_connection, new(_connection, TimeProvider.System), new(_store), TimeProvider.System);
        _registry = new(new() { Address = "registry.example" }, folder, TimeProvider.System, NullLogger<RemoteRegistry>.Instance);
        _agents = [.. NewAgents(count)];
        var places = _agents.ToDictionary(agent => agent.Launch.AgentId, agent => agent.Cluster);
        _target = new(
            _clusters, _registry, new(_store), new((demand, _) => Task.FromResult(new Placement(places[demand.AgentId], "In turn")), null, []), NullLogger<PortainerTarget>.Instance);
    }

    /// <summary>Until each is seen ready.</summary>
    public Task DeployAsync(CancellationToken stop) => EachAsync(async (agent, token) =>
    {
        await _target.PrepareAsync(agent.Launch, new("agents", Nothing, Nothing), token);
        await _target.StartAsync(agent.Launch.AgentId, Secrets, Variables, token);
        await UntilAsync(agent.Launch, state => state is AgentState.Running, token);

        static Task Nothing(string folder, CancellationToken cancellationToken) => Task.CompletedTask;
    }, stop);

    public async Task SweepAsync(CancellationToken stop)
    {
        var began = TimeProvider.System.GetUtcNow();
        await EachAsync(
            async (agent, token) => Require(await _target.InspectAsync(agent.Launch.AgentId, began, token) is AgentState.Running, "An agent does not run."), stop);
    }

    /// <summary>As whoever asks for each agent's pods by its label does.</summary>
    public Task SweepOneByOneAsync(CancellationToken stop) => EachAsync(async (agent, token) => Require(
        (await _clusters.Open(agent.Cluster).Client.ListAsync<KubernetesPod>(KubernetesKind.Pod, null, KubernetesNames.Selector(agent.Launch.AgentId), cancellationToken: token))
            is [{ IsReady: true }], "An agent's pod is not ready."), stop);

    /// <summary>Until nothing of any is left.</summary>
    public Task RemoveAsync(CancellationToken stop) => EachAsync(async (agent, token) =>
    {
        await _target.SignalStopAsync(agent.Launch.AgentId, kill: false, token);
        await UntilAsync(agent.Launch, state => state.IsGone, token);
        await _target.RemoveAsync(agent.Launch.AgentId, token);
    }, stop);

    public void Dispose()
    {
        _target.Dispose();
        _registry.Dispose();
        _connection.Dispose();
        _store.Dispose();
        _data.Dispose();
    }

    private static IEnumerable<(int Cluster, AgentLaunch Launch)> NewAgents(int count)
    {
        var owners = Enumerable.Range(0, (count + AgentsOfOwner - 1) / AgentsOfOwner).Select(_ => Guid.NewGuid()).ToArray();
        return Enumerable.Range(0, count).Select(index => (
            (index % PortainerProcess.Clusters) + 1,
            new AgentLaunch(
                Guid.NewGuid(), 1, 1, Guid.NewGuid(), Digest.Of("agent"u8), Digest.Of("runtime"u8), RuntimeSettings.Port, 0, new AgentResources(),
                owners[index / AgentsOfOwner], null, "1.7.2")));
    }

    private async Task UntilAsync(AgentLaunch launch, Func<AgentState, bool> isSo, CancellationToken stop)
    {
        while (await _target.InspectAsync(launch.AgentId, stop) is var state && !isSo(state))
        {
            Require(state is not AgentState.Failing, state.Explanation);
            await Task.Delay(Pause, TimeProvider.System, stop);
        }
    }

    private Task EachAsync(Func<(int Cluster, AgentLaunch Launch), CancellationToken, Task> act, CancellationToken stop) => Parallel.ForEachAsync(
        _agents, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stop }, async (agent, token) => await act(agent, token));

    private static void Require(bool isSo, string otherwise)
    {
        if (!isSo)
            throw new InvalidOperationException(otherwise);
    }
}
