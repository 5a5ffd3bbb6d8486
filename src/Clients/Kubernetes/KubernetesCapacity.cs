using MultiAgentInfra.Core.Clusters;

namespace MultiAgentInfra.Clients.Kubernetes;

/// <summary>What the nodes of a cluster have, and what pods ask them for.</summary>
internal static class KubernetesCapacity
{
    private const string Ended = "status.phase!=Succeeded,status.phase!=Failed";

    /// <summary>Reads it in three lists, of the whole cluster.</summary>
    public static async Task<ClusterFacts> ReadAsync(KubernetesClient client, ClusterFacts cluster, CancellationToken cancellationToken)
    {
        var nodes = client.ListAsync<KubernetesNode>(KubernetesKind.Node, null, cancellationToken: cancellationToken);
        var pods = client.ListAsync<KubernetesPod>(KubernetesKind.Pod, null, fields: Ended, cancellationToken: cancellationToken);
        var metrics = ListMetricsAsync(client, cancellationToken);
        await Task.WhenAll(nodes, pods, metrics);
        return Of(cluster, await nodes, await pods, await metrics);
    }

    private static ClusterFacts Of(
        ClusterFacts cluster, IReadOnlyList<KubernetesNode> nodes, IReadOnlyList<KubernetesPod> pods, IReadOnlyList<KubernetesNodeMetrics> metrics)
    {
        var requests = pods.Select(pod => (Pod: pod, Amount: RequestsOf(pod))).ToList();
        var byNode = requests.Where(item => HasNode(item.Pod)).ToLookup(item => item.Pod.Spec.NodeName, item => item.Amount);
        var used = metrics.ToDictionary(item => item.Metadata.Name, item => Amount(item.Usage, 0));
        return cluster with
        {
            Nodes = [.. nodes.OrderBy(node => node.Metadata.Name, StringComparer.Ordinal).Select(node => new ClusterNode(
                node.Metadata.Name,
                node.IsSchedulable,
                Amount(node.Status.Allocatable, Pods(node.Status.Allocatable)),
                ClusterAmount.Sum(byNode[node.Metadata.Name]),
                used.TryGetValue(node.Metadata.Name, out var use) ? use : null,
                [.. Conditions(node)]))],
            Agents = requests.Where(item => item.Pod.Metadata.AgentId is not null).GroupBy(item => item.Pod.Metadata.AgentId!.Value).ToDictionary(
                agent => agent.Key,
                agent => new AgentUse(Sum(agent, onNodes: true), Sum(agent, onNodes: false))
                {
                    ByNode = agent.Where(item => HasNode(item.Pod)).GroupBy(item => item.Pod.Spec.NodeName!)
                        .ToDictionary(node => node.Key, node => ClusterAmount.Sum(node.Select(item => item.Amount))),
                }),
            OthersWaiting = Sum(requests.Where(item => item.Pod.Metadata.AgentId is null), onNodes: false),
        };
    }

    private static ClusterAmount Sum(IEnumerable<(KubernetesPod Pod, ClusterAmount Amount)> items, bool onNodes) =>
        ClusterAmount.Sum(items.Where(item => HasNode(item.Pod) == onNodes).Select(item => item.Amount));

    private static bool HasNode(KubernetesPod pod) => !string.IsNullOrEmpty(pod.Spec.NodeName);

    private static ClusterAmount RequestsOf(KubernetesPod pod) =>
        ClusterAmount.Sum(pod.Spec.Containers.Select(container => Amount(container.Resources?.Requests, 0))) + new ClusterAmount(0, 0, 1);

    private static ClusterAmount Amount(IReadOnlyDictionary<string, string>? quantities, int pods) =>
        new((long)(Read(quantities, "cpu") * 1000), (long)Read(quantities, "memory"), pods);

    private static int Pods(IReadOnlyDictionary<string, string>? quantities) => (int)Read(quantities, "pods");

    private static decimal Read(IReadOnlyDictionary<string, string>? quantities, string name) =>
        KubernetesAmount.TryParse(quantities?.GetValueOrDefault(name), out var amount) ? amount : 0;

    private static IEnumerable<string> Conditions(KubernetesNode node)
    {
        if (node.Spec?.Unschedulable == true)
            yield return "Cordoned";
        foreach (var condition in node.Status.Conditions ?? [])
        {
            if (condition.Type == "Ready" ? condition.Status != "True" : condition.Status == "True")
                yield return condition.Type == "Ready" ? "NotReady" : condition.Type;
        }
    }

    /// <summary>Nothing where no metrics server answers: nobody has to have one.</summary>
    private static async Task<IReadOnlyList<KubernetesNodeMetrics>> ListMetricsAsync(KubernetesClient client, CancellationToken cancellationToken)
    {
        try
        {
            return await client.ListAsync<KubernetesNodeMetrics>(KubernetesKind.NodeMetrics, null, cancellationToken: cancellationToken);
        }
        catch (ApiException)
        {
            return [];
        }
    }
}
