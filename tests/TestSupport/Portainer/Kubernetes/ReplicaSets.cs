using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>The controller of ReplicaSets: as many pods as wanted; those that terminate do not count.</summary>
internal sealed class ReplicaSets(Cluster cluster, Controllers controllers)
{
    public void Reconcile(JsonObject set)
    {
        var wanted = set.Number("spec", "replicas") ?? 1;
        var active = controllers.PodsOf(set).Where(pod => !pod.IsDeleting() && !Controllers.IsOver(pod)).ToList();
        for (var missing = wanted - active.Count; missing > 0; missing--)
        {
            if (!controllers.MakePod(KubeResource.ReplicaSets, set, $"{set.Name()}-{controllers.NewSuffix()}", []))
                break;
        }

        foreach (var pod in active.OrderBy(Controllers.IsReady).Take(active.Count - wanted))
        {
            controllers.DeletePod(pod);
            cluster.Events.Tell(KubeResource.ReplicaSets, set, "SuccessfulDelete", $"Deleted pod: {pod.Name()}", "replicaset-controller");
        }

        active = [.. controllers.PodsOf(set).Where(pod => !pod.IsDeleting() && !Controllers.IsOver(pod))];
        var ready = active.Count(Controllers.IsReady);
        var status = new JsonObject
        {
            ["replicas"] = active.Count,
            ["fullyLabeledReplicas"] = active.Count,
            ["readyReplicas"] = ready,
            ["availableReplicas"] = ready,
            ["observedGeneration"] = set.Number("metadata", "generation"),
        };
        if (controllers.Denial(set) is { } words)
            status["conditions"] = new JsonArray(new JsonObject { ["type"] = "ReplicaFailure", ["status"] = "True", ["reason"] = "FailedCreate", ["message"] = words });
        controllers.SetStatus(KubeResource.ReplicaSets, set, status);
    }
}
