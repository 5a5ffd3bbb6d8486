using System.Collections.Concurrent;
using MultiAgentInfra.Clients.Eliza;
using MultiAgentInfra.Clients.Kubernetes;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Portainer;

/// <summary>Sees how an agent is in a Kubernetes environment, and why it is not as it should be.</summary>
internal sealed class KubernetesWatch(PortainerClusters clusters, PortainerTargetOptions options)
{
    private const int EvidenceLines = 100;
    private static readonly Diagnosis NothingMade = new(
        DiagnosisCause.Unknown, "Portainer has the stack, and nothing of it is in the cluster.", [], "See the stack's page in Portainer, or deploy the agent again.");

    private static readonly TimeSpan HealthTimeout = TimeSpan.FromSeconds(10);

    // Since when each agent has had the problem that it has: not by the cluster's clock, which may be another.
    private readonly ConcurrentDictionary<Guid, (string Cause, DateTimeOffset Since)> _troubled = new();

    public Task<AgentSight> LookAsync(int environment, Guid agentId, DateTimeOffset? since, CancellationToken cancellationToken) =>
        AgentSight.LookAsync(clusters.Open(environment), agentId, since, cancellationToken);

    public async Task<AgentState> InspectAsync(PreparedLaunch prepared, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        var sight = await LookAsync(prepared.Cluster, prepared.Launch.AgentId, since, cancellationToken);
        if (!sight.IsGone)
            return sight.Pods.Count == 0 ? await WithoutPodsAsync(prepared, sight, since, cancellationToken) : await WithPodsAsync(prepared, sight, since, cancellationToken);
        if (!prepared.Started)
            return prepared.IsForgotten ? new AgentState.NotPrepared() : new AgentState.NotStarted(prepared.Launch);
        if (prepared.Refused is { } refused)
            return new AgentState.Failing(refused, prepared.Launch);
        return sight.Sets.Any(set => KubernetesNames.ReadLaunch(set.Workload.Metadata.Annotations)?.IsSameAs(prepared.Launch) == true)
            ? new AgentState.Exited(null, prepared.Launch)
            : await WithoutObjectsAsync(prepared, cancellationToken);
    }

    public async Task<ElizaHealth> GetHealthAsync(int environment, RunningPod running, CancellationToken cancellationToken)
    {
        // The kubelet has asked the agent already. A network policy lets the API server through only where it is known from where it comes.
        if (options.ControlPlaneRanges.Count == 0)
            return new(ElizaHealthState.Healthy, "");
        try
        {
            await clusters.Open(environment).Client.AskPodAsync(running.Space, running.Pod, RuntimeSettings.Port, "health", HealthTimeout, cancellationToken);
            return new(ElizaHealthState.Healthy, "");
        }
        catch (ApiException exception)
        {
            return new(exception.Status is null ? ElizaHealthState.Unreachable : ElizaHealthState.Degraded, exception.Message);
        }
    }

    public async Task<IReadOnlyList<PodLogLine>> ReadLogAsync(
        int environment, Guid agentId, DateTimeOffset? since, int? tail, int limitBytes, CancellationToken cancellationToken)
    {
        var cluster = clusters.Open(environment);
        var logs = new List<PodLog>();
        foreach (var pod in (await cluster.ListPodsAsync(since: null, cancellationToken)).Where(pod => pod.Metadata.AgentId == agentId))
        {
            var most = limitBytes + PodLog.Spare;
            var text = await cluster.Client.ReadLogAsync(pod.Metadata, since, tail, limitBytes: most, cancellationToken: cancellationToken);
            logs.Add(PodLog.Read(text, isWhole: text.Length < most));
        }

        return PodLog.Merge(logs);
    }

    /// <summary>Until the newest pod writes something after that time; at once where it does not write.</summary>
    /// <param name="after">Microseconds of Unix time, exclusive.</param>
    public async Task AwaitLogAsync(int environment, Guid agentId, long after, CancellationToken cancellationToken)
    {
        var cluster = clusters.Open(environment);
        var pods = (await cluster.ListPodsAsync(since: null, cancellationToken)).Where(pod => pod.Metadata.AgentId == agentId);
        if (pods.MaxBy(pod => pod.Metadata.CreationTimestamp) is { } newest)
            await cluster.Client.FollowLogAsync(newest.Metadata, PodLog.TimeOf(after), line => line.Microseconds > after, cancellationToken);
    }

    private async Task<AgentState> WithPodsAsync(PreparedLaunch prepared, AgentSight sight, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        var newest = sight.Pods[^1];
        var launch = LaunchOf(newest, prepared);
        var ready = sight.Pods.Where(pod => pod.IsReady && pod.Agent?.Image.EndsWith($"@{launch.Image}", StringComparison.Ordinal) == true).ToList();
        if (sight.Active is not { } active)
            return new AgentState.Starting($"Pod {newest.Metadata.Name} is ending.", launch);
        if (ready.Count >= active.Wanted)
        {
            _troubled.TryRemove(launch.AgentId, out _);
            var pod = ready[^1].Metadata;
            return new RunningPod(pod.Namespace!, pod.Name, pod.Uid, launch)
            {
                Address = launch.Deployment?.Host is { } host ? new($"https://{host}") : clusters.Open(prepared.Cluster).Client.AddressOf(pod.Namespace!, pod.Name, RuntimeSettings.Port),
            };
        }

        var cluster = clusters.Open(prepared.Cluster);
        var warnings = await cluster.ListWarningsAsync(since, cancellationToken);
        foreach (var pod in sight.Pods.Where(pod => !pod.IsReady && !pod.IsTerminating))
        {
            if (PodProblem.Of(pod, warnings) is { } problem)
                return await JudgeAsync(problem, prepared, pod, cancellationToken);
        }

        return new AgentState.Starting($"{ready.Count} of {active.Wanted} pods are ready; pod {newest.Metadata.Name} is {newest.Status.Phase}.", launch);
    }

    private async Task<AgentState> WithoutPodsAsync(PreparedLaunch prepared, AgentSight sight, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        if (sight.Active is not { } active)
            return new AgentState.Starting("The last pod has ended; its controller has not said so yet.", prepared.Launch);
        var warnings = await clusters.Open(prepared.Cluster).ListWarningsAsync(since, cancellationToken);
        return PodProblem.Of(active.Workload, warnings) is { } problem
            ? await JudgeAsync(problem, prepared, null, cancellationToken)
            : new AgentState.Starting($"{active.Kind} {active.Workload.Metadata.Name} has no pod yet.", prepared.Launch);
    }

    /// <summary>Started, and nothing of it is there: Portainer has not applied it yet, or somebody has removed it.</summary>
    private async Task<AgentState> WithoutObjectsAsync(PreparedLaunch prepared, CancellationToken cancellationToken) =>
        await clusters.Stacks.FindAsync(KubernetesRollout.Key(prepared), null, cancellationToken) switch
        {
            null => new AgentState.Exited(null, prepared.Launch),
            { Failure: { } failure } => new AgentState.Failing(
                Refusal.Of(failure) ?? new(DiagnosisCause.Unknown, $"Portainer could not apply the stack: {failure}", [failure], "See the stack's page in Portainer."), prepared.Launch),
            { Status: PortainerStack.Active } => await JudgeAsync(new(NothingMade, PodOutlook.MayHeal), prepared, null, cancellationToken),
            _ => new AgentState.Starting("Portainer applies the stack.", prepared.Launch),
        };

    private async Task<AgentState> JudgeAsync(PodProblem problem, PreparedLaunch prepared, KubernetesPod? pod, CancellationToken cancellationToken)
    {
        var launch = pod is null ? prepared.Launch : LaunchOf(pod, prepared);
        var now = clusters.Time.GetUtcNow();
        var cause = $"{problem.Diagnosis.Cause} {pod?.Metadata.Uid}";
        var since = _troubled.AddOrUpdate(
            launch.AgentId, _ => (cause, now), (_, known) => known.Cause == cause ? known : (cause, now)).Since;
        var diagnosis = problem.Diagnosis;
        if (pod is not null && problem.HasLog)
            diagnosis = diagnosis with { Evidence = [.. diagnosis.Evidence, .. await ReadEndAsync(clusters.Open(prepared.Cluster).Client, pod, cancellationToken)] };
        return problem.Outlook == PodOutlook.Hopeless || (problem.Outlook == PodOutlook.MayHeal && now - since >= options.Patience)
            ? new AgentState.Failing(diagnosis, launch)
            : new AgentState.Starting(diagnosis.Message, launch, diagnosis);
    }

    /// <summary>What the container that failed has written: the one that is there may have begun just now.</summary>
    private static async Task<IEnumerable<string>> ReadEndAsync(KubernetesClient client, KubernetesPod pod, CancellationToken cancellationToken)
    {
        var isNew = pod.AgentStatus is { State.Terminated: null, LastState.Terminated: not null };
        var text = isNew ? await client.ReadLogAsync(pod.Metadata, tail: EvidenceLines, previous: true, cancellationToken: cancellationToken) : "";
        if (text.Length == 0)
            text = await client.ReadLogAsync(pod.Metadata, tail: EvidenceLines, cancellationToken: cancellationToken);
        return PodLog.Read(text, isWhole: true).Lines.Select(line => line.Text);
    }

    private static AgentLaunch LaunchOf(KubernetesPod pod, PreparedLaunch prepared) => KubernetesNames.ReadLaunch(pod.Metadata.Annotations) ?? prepared.Launch;
}
