using System.Collections.Concurrent;
using MultiAgentInfra.Clients.Docker;
using MultiAgentInfra.Clients.Eliza;
using MultiAgentInfra.Clients.Kubernetes;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Portainer;

/// <summary>Docker environments: a stack of Docker Compose for each agent. Its secrets go into a volume through Portainer's proxy, and into no file of a stack.</summary>
internal sealed class ComposeDriver(PortainerClusters clusters, RemoteRegistry registry, PortainerTargetOptions options) : IAgentDriver
{
    private readonly ComposeWatch _watch = new(clusters, options);

    // One request is enough, and for ElizaOS another one is another shutdown beside the first.
    private readonly ConcurrentDictionary<Guid, string> _asked = new();

    public async Task<string?> PrepareAsync(int environment, AgentLaunch launch, LaunchFiles files, CancellationToken cancellationToken)
    {
        var engine = Engine(environment);
        // Its proxy takes away whatever credentials a pull comes with, and puts in those of the registry that is named by its number.
        if (options.RegistryId is null && registry.PullAccount is not null)
            throw new NonRetryableException("A Docker environment pulls with credentials that Portainer keeps: add the registry there, and give its number as Portainer:RegistryId.");
        await engine.PullAsync(registry.FullName(files.Repository), launch.Image, new PullCredential(registry.Name, null, null, null, null), cancellationToken);
        if (!options.HostNetwork)
            await engine.EnsureNetworkAsync(ComposeManifest.Network(launch.OrganizationId), Labels(KubernetesNames.OwnerLabel, launch.OrganizationId), cancellationToken);
        return null;
    }

    public async Task<Diagnosis?> StartAsync(
        PreparedLaunch prepared, IReadOnlyDictionary<string, string> secrets, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        var launch = prepared.Launch;
        if (await _watch.FindAsync(prepared, cancellationToken) is { State.Running: true } container)
        {
            if (!IsOf(launch, container))
                throw new InvalidOperationException($"Agent {launch.AgentId} still runs in container {container.ShortId}: it must be gone before the next starts.");
            // To apply it once more makes the row that an earlier attempt did not get, and leaves the container as it is.
            if (await clusters.Stacks.FindAsync(Key(prepared), null, cancellationToken) is not null)
                return null;
        }

        // Asked for again and again while nobody answers: the volume has its secrets already.
        if (await clusters.Stacks.IsAwaitedAsync(Key(prepared), cancellationToken))
            throw new StackUnansweredException(Key(prepared));
        var variables = AgentVariables.Of(launch, secrets, environment);
        await Engine(prepared.Cluster).FillVolumeAsync(
            new(ComposeManifest.SecretsVolume(launch.AgentId), ComposeManifest.SecretsFolder, ComposeManifest.SecretsFile, prepared.Image, Labels(KubernetesNames.AgentLabel, launch.AgentId)),
            variables.Secret,
            cancellationToken);
        var file = ComposeManifest.Of(KubernetesRollout.Workload(prepared, variables, secrets), options.HostNetwork);
        try
        {
            await clusters.Stacks.ApplyAsync(Key(prepared), file, null, cancellationToken);
        }
        catch (ApiException exception) when (ComposeRefusal.Of(exception) is { } refused)
        {
            return refused;
        }

        await RequireMadeAsync(prepared, cancellationToken);
        return null;
    }

    /// <summary>See <see cref="PlanLaunch"/>.</summary>
    public LaunchPlan Plan(PreparedLaunch prepared, IReadOnlyDictionary<string, string> secrets, IReadOnlyDictionary<string, string> environment)
    {
        var workload = KubernetesRollout.Workload(prepared, AgentVariables.Of(prepared.Launch, secrets, environment), secrets);
        var file = ComposeManifest.File(workload, options.HostNetwork);
        var limits = new PodAmount(prepared.Launch.Resources.Cpu, prepared.Launch.Resources.MemoryMiB);
        return new(
            prepared.Launch, prepared.Image, [LaunchPlan.Object("ComposeStack", ComposeManifest.Name(prepared.Launch.AgentId), file)], YamlText.Write(file),
            new(1, 1, null, limits, null));
    }

    /// <summary>Always a look of its own, because engines have no list that says as much.</summary>
    public Task<AgentState> InspectAsync(PreparedLaunch prepared, DateTimeOffset? since, CancellationToken cancellationToken) =>
        _watch.InspectAsync(prepared, cancellationToken);

    /// <summary>The engine's own check has asked the agent; from here nobody can.</summary>
    public Task<ElizaHealth> GetHealthAsync(PreparedLaunch prepared, AgentState.Running running, CancellationToken cancellationToken) =>
        Task.FromResult(new ElizaHealth(ElizaHealthState.Healthy, ""));

    public async Task<bool> StopAsync(PreparedLaunch prepared, bool kill, CancellationToken cancellationToken)
    {
        var agentId = prepared.Launch.AgentId;
        if (await _watch.FindAsync(prepared, cancellationToken) is not { State.Running: true } container)
            return true;
        if (kill || _asked.GetValueOrDefault(agentId) != container.Id)
            await Engine(prepared.Cluster).SignalAsync(container.Id, kill ? "SIGKILL" : RuntimeSettings.StopSignal, cancellationToken);
        _asked[agentId] = container.Id;
        return false;
    }

    public async Task RemoveStackAsync(PreparedLaunch prepared, CancellationToken cancellationToken)
    {
        await clusters.Stacks.RemoveAsync(Key(prepared), null, cancellationToken);
        // Of a stack that has lost its row, or never got one.
        if (await _watch.FindAsync(prepared, cancellationToken) is { } left)
            await Engine(prepared.Cluster).RemoveAsync(left.Id, cancellationToken);
    }

    public async Task RemoveAsync(PreparedLaunch prepared, CancellationToken cancellationToken)
    {
        var (engine, agentId) = (Engine(prepared.Cluster), prepared.Launch.AgentId);
        if (await _watch.FindAsync(prepared, cancellationToken) is { State.Running: true })
            throw new InvalidOperationException($"Agent {agentId} still runs: it must be gone before its data is removed.");
        await RemoveStackAsync(prepared, cancellationToken);
        await engine.RemoveVolumeAsync(ComposeManifest.Name(agentId), cancellationToken);
        await engine.RemoveVolumeAsync(ComposeManifest.SecretsVolume(agentId), cancellationToken);
        await engine.RemoveImageAsync(prepared.Image, cancellationToken);
        _asked.TryRemove(agentId, out _);
    }

    public Task<IReadOnlyList<PodLogLine>> ReadLogAsync(PreparedLaunch prepared, long after, int? tail, int limitBytes, CancellationToken cancellationToken) =>
        _watch.ReadLogAsync(prepared, after, tail, limitBytes, cancellationToken);

    public string PageOf(PreparedLaunch prepared) => FormattableString.Invariant(
        $"#!/{prepared.Cluster}/docker/stacks/{ComposeManifest.Name(prepared.Launch.AgentId)}?type={PortainerStack.Compose}&external=true");

    public StackKey StackOf(PreparedLaunch prepared) => Key(prepared);

    private static bool IsOf(AgentLaunch launch, DockerContainer? container) =>
        container is not null && KubernetesNames.ReadLaunch(container.Config.Labels)?.IsSameAs(launch) == true;

    /// <summary>Portainer may have done less than it answers; where it applies a stack later, the stack's status says so.</summary>
    private async Task RequireMadeAsync(PreparedLaunch prepared, CancellationToken cancellationToken)
    {
        if (IsOf(prepared.Launch, await _watch.FindAsync(prepared, cancellationToken)))
            return;
        if (await clusters.Stacks.FindAsync(Key(prepared), null, cancellationToken) is null or { Status: PortainerStack.Active })
            throw new InvalidOperationException($"Portainer says that the stack of agent {prepared.Launch.AgentId} is applied, and its container is not there.");
    }

    internal static StackKey Key(PreparedLaunch prepared) => new(prepared.Cluster, ComposeManifest.Name(prepared.Launch.AgentId), null);

    private static Dictionary<string, string> Labels(string name, Guid value) => new() { [KubernetesNames.ManagedByLabel] = KubernetesNames.ManagedBy, [name] = $"{value:D}" };

    private DockerContainers Engine(int environment) => clusters.OpenEngine(environment, options.RegistryId);
}
