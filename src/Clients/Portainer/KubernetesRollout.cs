using System.Globalization;
using MultiAgentInfra.Clients.Kubernetes;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Clients.Portainer;

/// <summary>Makes and removes what an agent is in a Kubernetes environment: its owner's namespace, its secrets, and one stack.</summary>
internal sealed class KubernetesRollout(PortainerClusters clusters, PullSecrets pullSecrets, PortainerTargetOptions options)
{
    /// <returns>The name of the pull secret; null where there is none.</returns>
    public async Task<string?> PrepareAsync(int environment, AgentLaunch launch, CancellationToken cancellationToken)
    {
        var cluster = clusters.Open(environment);
        foreach (var manifest in Space(launch, options).Objects)
            await new ManifestWriter(cluster.Client).EnsureAsync(manifest, cancellationToken);
        return await pullSecrets.EnsureAsync(environment, launch.OrganizationId, cancellationToken);
    }

    /// <returns>Why the cluster does not take it; null when it does.</returns>
    /// <exception cref="InvalidOperationException">Another launch of the agent still runs.</exception>
    public async Task<Diagnosis?> StartAsync(
        PreparedLaunch prepared, IReadOnlyDictionary<string, string> secrets, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        var cluster = clusters.Open(prepared.Cluster);
        var sight = await AgentSight.LookAsync(cluster, prepared.Launch.AgentId, since: null, cancellationToken);
        foreach (var pod in sight.Pods)
            RequireSame(prepared.Launch, pod);

        var variables = AgentVariables.Of(prepared.Launch, secrets, environment);
        var workload = options.Agents.Settle(Workload(prepared, variables, secrets), sight);
        await new ManifestWriter(cluster.Client).EnsureSecretAsync(AgentSecret.Of(workload, variables.Secret), secrets.Values, cancellationToken);
        var manifest = AgentManifest.Of(workload);
        var (objects, space) = (new AgentObjects(cluster.Client), KubernetesNames.Namespace(prepared.Launch.OrganizationId));
        if (workload.Replicable)
            await objects.RemoveAutoscalerAsync(prepared.Launch.AgentId, space, cancellationToken);
        try
        {
            await clusters.Stacks.ApplyAsync(Key(prepared), manifest.Yaml, StackOn(sight), cancellationToken);
        }
        catch (ApiException)
        {
            // Portainer's words for a refusal are kubectl's, of whatever release; the API server's own are asked for.
            if (await ExplainAsync(cluster, manifest, cancellationToken) is { } diagnosis)
                return diagnosis;
            throw;
        }

        await objects.PruneAsync(prepared.Launch.AgentId, space, manifest.Objects, cancellationToken);
        return null;
    }

    /// <summary>Scales what there is to nothing, and deletes the pods that nothing scales.</summary>
    /// <param name="kill">Whether pods have a second left. Never none: the API server would then forget a pod that still runs.</param>
    public async Task StopAsync(int environment, AgentSight sight, bool kill, CancellationToken cancellationToken)
    {
        var client = clusters.Open(environment).Client;
        foreach (var set in sight.Sets.Where(set => set.Wanted > 0))
            await client.ScaleAsync(set.Kind, set.Workload.Metadata.Namespace!, set.Workload.Metadata.Name, 0, cancellationToken);
        if (!kill && sight.Sets.Count > 0)
            return;
        foreach (var pod in sight.Pods.Where(pod => kill || !pod.IsTerminating))
            await client.DeleteAsync(KubernetesKind.Pod, pod.Metadata, kill ? 1 : null, cancellationToken);
    }

    /// <summary>Removes the agent's stack; its data and its secrets stay.</summary>
    public async Task RemoveStackAsync(PreparedLaunch prepared, CancellationToken cancellationToken)
    {
        var sight = await AgentSight.LookAsync(clusters.Open(prepared.Cluster), prepared.Launch.AgentId, since: null, cancellationToken);
        await clusters.Stacks.RemoveAsync(Key(prepared), StackOn(sight), cancellationToken);
    }

    /// <summary>Removes everything of the agent.</summary>
    /// <exception cref="InvalidOperationException">The agent still runs, or something has not gone yet.</exception>
    public async Task RemoveAsync(PreparedLaunch prepared, CancellationToken cancellationToken)
    {
        var agentId = prepared.Launch.AgentId;
        var cluster = clusters.Open(prepared.Cluster);
        if ((await cluster.ListPodsAsync(since: null, cancellationToken)).Any(pod => pod.Metadata.AgentId == agentId))
            throw new InvalidOperationException($"Agent {agentId} still runs: it must be gone before its data is removed.");
        await RemoveStackAsync(prepared, cancellationToken);
        var left = await new AgentObjects(cluster.Client).RemoveAllAsync(agentId, KubernetesNames.Namespace(prepared.Launch.OrganizationId), cancellationToken);
        if (left.Count > 0)
            throw new InvalidOperationException($"The cluster still has {string.Join(", ", left.Select(item => $"{item.Kind} {item.Metadata.Name}"))} of agent {agentId}.");
    }

    internal static OwnerManifest Space(AgentLaunch launch, PortainerTargetOptions options) => OwnerManifest.Of(new(launch.OrganizationId)
    {
        Limits = options.Agents.Limits,
        ControlPlane = options.ControlPlaneRanges,
        Databases = options.Agents.Databases,
    });

    internal static StackKey Key(PreparedLaunch prepared) =>
        new(prepared.Cluster, KubernetesNames.Agent(prepared.Launch.AgentId), KubernetesNames.Namespace(prepared.Launch.OrganizationId));

    internal static int? StackOn(AgentSight sight) => sight.Sets
        .Select(set => int.TryParse(set.Workload.Metadata.Labels?.GetValueOrDefault(PortainerStacks.StackIdLabel), CultureInfo.InvariantCulture, out var id) ? id : (int?)null)
        .FirstOrDefault(id => id is not null);

    private static void RequireSame(AgentLaunch launch, KubernetesPod pod)
    {
        if (KubernetesNames.ReadLaunch(pod.Metadata.Annotations) is { } there && there.IsSameAs(launch))
            return;
        throw new InvalidOperationException($"Agent {launch.AgentId} still runs in pod {pod.Metadata.Name}: it must be gone before the next starts.");
    }

    internal static AgentWorkload Workload(PreparedLaunch prepared, AgentVariables variables, IReadOnlyDictionary<string, string> secrets)
    {
        var (launch, wish) = (prepared.Launch, prepared.Launch.Deployment ?? new());
        return new(launch, launch.OrganizationId, prepared.Image, launch.ElizaVersion ?? "", variables.Plain, AgentSecret.Version(secrets))
        {
            Replicable = wish.Replicable,
            Replicas = wish.Replicas,
            MaxReplicas = wish.MaxReplicas,
            Host = wish.Host,
            ExternalDatabase = secrets.ContainsKey("POSTGRES_URL"),
            PullSecrets = prepared.PullSecret is { } name ? [name] : [],
        };
    }

    /// <summary>Asks for each object what the API server would say; null when it would take them all.</summary>
    private static async Task<Diagnosis?> ExplainAsync(KubernetesCluster cluster, AgentManifest manifest, CancellationToken cancellationToken)
    {
        foreach (var item in manifest.Objects)
        {
            if (await new ManifestWriter(cluster.Client).TryAsync(item, cancellationToken) is { } refused)
                return Refusal.Of(refused.Words) ?? new(DiagnosisCause.Unknown, $"The cluster does not take {item}: {refused.Words}", [refused.Words], "See what the cluster's API server says of it.");
        }

        return null;
    }
}
