using System.Text.Json.Nodes;
using MultiAgentInfra.Clients.Kubernetes;
using MultiAgentInfra.Clients.Targets;

namespace MultiAgentInfra.Clients.Portainer;

/// <summary>Writes down what a launch would make in one kind of environment.</summary>
/// <param name="secrets">Their names, with <see cref="LaunchPlan.Mask"/> as the value of each.</param>
internal delegate LaunchPlan PlanLaunch(PreparedLaunch prepared, IReadOnlyDictionary<string, string> secrets, IReadOnlyDictionary<string, string> environment);

/// <summary>Writes down what <see cref="KubernetesRollout"/> would make, and reads what there is of it.</summary>
internal sealed class KubernetesPlans(PortainerClusters clusters, PortainerTargetOptions options)
{
    /// <summary>See <see cref="PlanLaunch"/>.</summary>
    public LaunchPlan Make(PreparedLaunch prepared, IReadOnlyDictionary<string, string> secrets, IReadOnlyDictionary<string, string> environment)
    {
        var variables = AgentVariables.Of(prepared.Launch, secrets, environment);
        var workload = options.Agents.Settle(KubernetesRollout.Workload(prepared, variables, secrets));
        var (space, agent) = (KubernetesRollout.Space(prepared.Launch, options), AgentManifest.Of(workload));
        var limits = new PodAmount(prepared.Launch.Resources.Cpu, prepared.Launch.Resources.MemoryMiB);
        return new(
            prepared.Launch,
            prepared.Image,
            [.. space.Objects, AgentSecret.Mask(AgentSecret.Of(workload, variables.Secret).Json), .. agent.Objects],
            space.Yaml + agent.Yaml,
            new(workload.Replicas, workload.MaxReplicas ?? workload.Replicas, AgentPod.Requested(workload), limits, workload.Replicable ? 0 : workload.Volume.GiB));
    }

    public async Task<IReadOnlyList<ManifestObject>> FindObjectsAsync(int environment, LaunchPlan plan, CancellationToken cancellationToken)
    {
        var client = clusters.Open(environment).Client;
        var planned = await Task.WhenAll(plan.Objects.Select(manifest => FindAsync(client, KubernetesKind.Of(manifest), manifest.Namespace, manifest.Name, cancellationToken)));
        var kept = plan.Objects.Select(manifest => (manifest.Kind, manifest.Namespace, manifest.Name)).ToHashSet();
        var others = (await new AgentObjects(client).ListAsync(plan.Launch.AgentId, cancellationToken))
            .Where(seen => !kept.Contains((seen.Kind.Name, seen.Metadata.Namespace, seen.Metadata.Name)));
        var unplanned = await Task.WhenAll(others.Select(seen => FindAsync(client, seen.Kind, seen.Metadata.Namespace, seen.Metadata.Name, cancellationToken)));
        return [.. planned.Concat(unplanned).OfType<ManifestObject>()];
    }

    private static async Task<ManifestObject?> FindAsync(KubernetesClient client, KubernetesKind kind, string? space, string name, CancellationToken cancellationToken)
    {
        if (await client.FindAsync<JsonObject>(kind, space, name, cancellationToken) is not { } there)
            return null;
        return kind == KubernetesKind.Secret ? AgentSecret.Mask(there) : new(there);
    }
}
