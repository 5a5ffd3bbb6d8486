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
    private const int EvidenceLines = 100;
    private const int EvidenceBytes = 64 * 1024;

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
        if (await FindAsync(prepared, cancellationToken) is { State.Running: true } container)
        {
            if (LaunchOf(container)?.IsSameAs(launch) == true)
                return null;
            throw new InvalidOperationException($"Agent {launch.AgentId} still runs in container {container.ShortId}: it must be gone before the next starts.");
        }

        var variables = AgentVariables.Of(launch, secrets, environment);
        await Engine(prepared.Cluster).FillVolumeAsync(
            new(ComposeManifest.SecretsVolume(launch.AgentId), ComposeManifest.SecretsFolder, ComposeManifest.SecretsFile, prepared.Image, Labels(KubernetesNames.AgentLabel, launch.AgentId)),
            variables.Secret,
            cancellationToken);
        var file = ComposeManifest.Of(KubernetesRollout.Workload(prepared, variables, secrets), options.HostNetwork);
        await clusters.Stacks.ApplyAsync(StackOf(prepared), file, null, cancellationToken);
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

    public async Task<AgentState> InspectAsync(PreparedLaunch prepared, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        var container = await FindAsync(prepared, cancellationToken);
        var launch = container is null ? null : LaunchOf(container) ?? prepared.Launch;
        if (container is { State.Running: true })
            return await WatchAsync(prepared, container, launch!, cancellationToken);
        if (!prepared.Started)
            return prepared.IsForgotten ? new AgentState.NotPrepared() : new AgentState.NotStarted(prepared.Launch);
        return container is { State.Status: "created" } ? new AgentState.NotStarted(prepared.Launch) : new AgentState.Exited(container?.State.ExitCode, prepared.Launch);
    }

    /// <summary>The engine's own check has asked the agent; from here nobody can.</summary>
    public Task<ElizaHealth> GetHealthAsync(PreparedLaunch prepared, AgentState.Running running, CancellationToken cancellationToken) =>
        Task.FromResult(new ElizaHealth(ElizaHealthState.Healthy, ""));

    public async Task<bool> StopAsync(PreparedLaunch prepared, bool kill, CancellationToken cancellationToken)
    {
        var agentId = prepared.Launch.AgentId;
        if (await FindAsync(prepared, cancellationToken) is not { State.Running: true } container)
            return true;
        if (kill || _asked.GetValueOrDefault(agentId) != container.Id)
            await Engine(prepared.Cluster).SignalAsync(container.Id, kill ? "SIGKILL" : RuntimeSettings.StopSignal, cancellationToken);
        _asked[agentId] = container.Id;
        return false;
    }

    public Task RemoveStackAsync(PreparedLaunch prepared, CancellationToken cancellationToken) => clusters.Stacks.RemoveAsync(StackOf(prepared), null, cancellationToken);

    public async Task RemoveAsync(PreparedLaunch prepared, CancellationToken cancellationToken)
    {
        var (engine, agentId) = (Engine(prepared.Cluster), prepared.Launch.AgentId);
        if (await FindAsync(prepared, cancellationToken) is { State.Running: true })
            throw new InvalidOperationException($"Agent {agentId} still runs: it must be gone before its data is removed.");
        await RemoveStackAsync(prepared, cancellationToken);
        if (await FindAsync(prepared, cancellationToken) is { } left)
            await engine.RemoveAsync(left.Id, cancellationToken);
        await engine.RemoveVolumeAsync(ComposeManifest.Name(agentId), cancellationToken);
        await engine.RemoveVolumeAsync(ComposeManifest.SecretsVolume(agentId), cancellationToken);
        await engine.RemoveImageAsync(prepared.Image, cancellationToken);
        _asked.TryRemove(agentId, out _);
    }

    public async Task<IReadOnlyList<PodLogLine>> ReadLogAsync(PreparedLaunch prepared, long after, int? tail, int limitBytes, CancellationToken cancellationToken) =>
        [.. (await Engine(prepared.Cluster).ReadLogAsync(ComposeManifest.Name(prepared.Launch.AgentId), after, tail, limitBytes, cancellationToken))
            .Select(line => new PodLogLine(line.Microseconds, line.Text))];

    public string PageOf(PreparedLaunch prepared) => FormattableString.Invariant(
        $"#!/{prepared.Cluster}/docker/stacks/{ComposeManifest.Name(prepared.Launch.AgentId)}?type={PortainerStack.Compose}&external=true");

    public StackKey StackOf(PreparedLaunch prepared) => new(prepared.Cluster, ComposeManifest.Name(prepared.Launch.AgentId), null);

    private static AgentLaunch? LaunchOf(DockerContainer container) => KubernetesNames.ReadLaunch(container.Config.Labels);

    private static Dictionary<string, string> Labels(string name, Guid value) => new() { [KubernetesNames.ManagedByLabel] = KubernetesNames.ManagedBy, [name] = $"{value:D}" };

    private DockerContainers Engine(int environment) => clusters.OpenEngine(environment, options.RegistryId);

    private async Task<DockerContainer?> FindAsync(PreparedLaunch prepared, CancellationToken cancellationToken)
    {
        var name = ComposeManifest.Name(prepared.Launch.AgentId);
        var container = await Engine(prepared.Cluster).FindAsync(name, cancellationToken);
        return container is null || container.Config.Labels?.GetValueOrDefault(KubernetesNames.AgentLabel) == $"{prepared.Launch.AgentId:D}"
            ? container
            : throw new InvalidOperationException($"The container {name} is not one that this system made; it is left alone.");
    }

    private async Task<AgentState> WatchAsync(PreparedLaunch prepared, DockerContainer container, AgentLaunch launch, CancellationToken cancellationToken)
    {
        var state = container.State;
        if (state is { Restarting: false, Health: null or { Status: "healthy" or "none" } })
            return new AgentState.Running($"Container {container.ShortId}", RuntimeSettings.Port, launch);
        if (container.RestartCount == 0 && state.Health is not { Status: "unhealthy" })
            return new AgentState.Starting($"Container {container.ShortId} runs and is not healthy yet.", launch);
        var lines = (await ReadLogAsync(prepared, 0, EvidenceLines, EvidenceBytes, cancellationToken)).Select(line => line.Text).ToList();
        var diagnosis = state switch
        {
            { OomKilled: true } => PodProblem.OutOfMemory($"{launch.Resources.MemoryMiB} MiB", container.RestartCount),
            { Health.Status: "unhealthy" } when container.RestartCount == 0 =>
                PodProblem.NotAnswering([.. state.Health.Log?.Select(probe => probe.Output.Trim()).TakeLast(1) ?? []], container.RestartCount),
            _ => PodProblem.Crash(state.ExitCode, container.RestartCount),
        };
        return new AgentState.Failing(diagnosis with { Evidence = [.. diagnosis.Evidence, .. lines] }, launch);
    }
}
