using MultiAgentInfra.Clients.Docker;
using MultiAgentInfra.Clients.Kubernetes;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Portainer;

/// <summary>Sees how an agent is in a Docker environment, and why it is not as it should be.</summary>
internal sealed class ComposeWatch(PortainerClusters clusters, PortainerTargetOptions options)
{
    private const int EvidenceLines = 100;
    private const int EvidenceBytes = 64 * 1024;
    private static readonly Diagnosis NothingMade = new(
        DiagnosisCause.Unknown, "Portainer has the stack, and no container of it is on the engine.", [], "See the stack's page in Portainer, or deploy the agent again.");

    /// <returns>Null when there is none.</returns>
    /// <exception cref="InvalidOperationException">One of that name belongs to somebody else.</exception>
    public async Task<DockerContainer?> FindAsync(PreparedLaunch prepared, CancellationToken cancellationToken)
    {
        var name = ComposeManifest.Name(prepared.Launch.AgentId);
        var container = await Engine(prepared).FindAsync(name, cancellationToken);
        return container is null || container.Config.Labels?.GetValueOrDefault(KubernetesNames.AgentLabel) == $"{prepared.Launch.AgentId:D}"
            ? container
            : throw new InvalidOperationException($"The container {name} is not one that this system made; it is left alone.");
    }

    public async Task<AgentState> InspectAsync(PreparedLaunch prepared, CancellationToken cancellationToken)
    {
        var container = await FindAsync(prepared, cancellationToken);
        if (container is { State.Running: true })
            return await WatchAsync(prepared, container, cancellationToken);
        if (!prepared.Started)
            return prepared.IsForgotten ? new AgentState.NotPrepared() : new AgentState.NotStarted(prepared.Launch);
        if (prepared.Refused is { } refused)
            return new AgentState.Failing(refused, prepared.Launch);
        return container switch
        {
            null => await WithoutContainerAsync(prepared, cancellationToken),
            { State.Status: "created" } => new AgentState.NotStarted(prepared.Launch),
            _ => new AgentState.Exited(container.State.ExitCode, LaunchOf(container, prepared)),
        };
    }

    public async Task<IReadOnlyList<PodLogLine>> ReadLogAsync(PreparedLaunch prepared, long after, int? tail, int limitBytes, CancellationToken cancellationToken) =>
        [.. (await Engine(prepared).ReadLogAsync(ComposeManifest.Name(prepared.Launch.AgentId), after, tail, limitBytes, cancellationToken))
            .Select(line => new PodLogLine(line.Microseconds, line.Text))];

    private static AgentLaunch LaunchOf(DockerContainer container, PreparedLaunch prepared) => KubernetesNames.ReadLaunch(container.Config.Labels) ?? prepared.Launch;

    private DockerContainers Engine(PreparedLaunch prepared) => clusters.OpenEngine(prepared.Cluster, options.RegistryId);

    private async Task<AgentState> WatchAsync(PreparedLaunch prepared, DockerContainer container, CancellationToken cancellationToken)
    {
        var (state, launch) = (container.State, LaunchOf(container, prepared));
        if (state is { Restarting: false, Health: null or { Status: "healthy" or "none" } })
            return new AgentState.Running($"Container {container.ShortId}", options.HostNetwork ? launch.Port : RuntimeSettings.Port, launch) { Address = AddressOf(launch) };
        var isFailing = container.RestartCount > 0 || state.Health is { Status: "unhealthy" };
        var waits = $"Container {container.ShortId} runs and is not healthy yet.";
        if (!isFailing && state.Health?.FailedProbe is null)
            return new AgentState.Starting(waits, launch);
        var diagnosis = await DiagnoseAsync(prepared, container, cancellationToken);
        var lines = await ReadLogAsync(prepared, 0, EvidenceLines, EvidenceBytes, cancellationToken);
        diagnosis = diagnosis with { Evidence = [.. diagnosis.Evidence, .. lines.Select(line => line.Text)] };
        return isFailing ? new AgentState.Failing(diagnosis, launch) : new AgentState.Starting(waits, launch, diagnosis);
    }

    private async Task<Diagnosis> DiagnoseAsync(PreparedLaunch prepared, DockerContainer container, CancellationToken cancellationToken)
    {
        if (container.RestartCount == 0)
            return PodProblem.NotAnswering(container.State.Health?.FailedProbe is { } probe ? [probe.Explanation] : [], 0);
        // The engine forgets the end of a container that it has started again.
        var end = await Engine(prepared).FindEndAsync(container, cancellationToken);
        return end.OutOfMemory
            ? PodProblem.OutOfMemory($"{LaunchOf(container, prepared).Resources.MemoryMiB} MiB", container.RestartCount)
            : PodProblem.Crash(end.ExitCode, container.RestartCount);
    }

    /// <summary>Started, and nothing of it is there: Portainer has not applied it yet, or somebody has removed it.</summary>
    private async Task<AgentState> WithoutContainerAsync(PreparedLaunch prepared, CancellationToken cancellationToken) =>
        await clusters.Stacks.FindAsync(ComposeDriver.Key(prepared), null, cancellationToken) switch
        {
            null => new AgentState.Exited(null, prepared.Launch),
            { Failure: { } failure } => new AgentState.Failing(ComposeRefusal.Of(failure), prepared.Launch),
            { Status: PortainerStack.Active } => new AgentState.Failing(NothingMade, prepared.Launch),
            _ => new AgentState.Starting("Portainer applies the stack.", prepared.Launch),
        };

    // On the engine's machine, or within the network that the owner's agents share.
    private Uri AddressOf(AgentLaunch launch) => launch.Deployment?.Host is { } host ? new($"https://{host}")
        : options.HostNetwork ? new($"http://127.0.0.1:{launch.Port}")
        : new($"http://{ComposeManifest.Name(launch.AgentId)}:{RuntimeSettings.Port}");
}
