using System.Text.Json.Nodes;

namespace MultiAgentInfra.Clients.Kubernetes;

/// <summary>What an agent with several replicas has besides: an autoscaler, and a budget for evictions.</summary>
internal static class AgentScaling
{
    public static bool IsMany(AgentWorkload workload) => Math.Max(workload.Replicas, workload.MaxReplicas ?? 1) > 1;

    public static IEnumerable<JsonObject> Of(AgentWorkload workload, Func<JsonObject> metadata)
    {
        if (workload.MaxReplicas > workload.Replicas)
            yield return Autoscaler(workload, metadata());
        if (IsMany(workload))
        {
            yield return new()
            {
                ["apiVersion"] = "policy/v1",
                ["kind"] = "PodDisruptionBudget",
                ["metadata"] = metadata(),
                ["spec"] = new JsonObject { ["maxUnavailable"] = 1, ["selector"] = new JsonObject { ["matchLabels"] = AgentManifest.SelectorLabels(workload) } },
            };
        }
    }

    public static JsonObject Spread(AgentWorkload workload) => new()
    {
        ["maxSkew"] = 1,
        ["topologyKey"] = "kubernetes.io/hostname",
        ["whenUnsatisfiable"] = "ScheduleAnyway",
        ["labelSelector"] = new JsonObject { ["matchLabels"] = AgentManifest.SelectorLabels(workload) },
    };

    private static JsonObject Autoscaler(AgentWorkload workload, JsonObject metadata) => new()
    {
        ["apiVersion"] = "autoscaling/v2",
        ["kind"] = "HorizontalPodAutoscaler",
        ["metadata"] = metadata,
        ["spec"] = new JsonObject
        {
            ["scaleTargetRef"] = new JsonObject { ["apiVersion"] = "apps/v1", ["kind"] = "Deployment", ["name"] = KubernetesNames.Agent(workload.Launch.AgentId) },
            ["minReplicas"] = workload.Replicas,
            ["maxReplicas"] = workload.MaxReplicas,
            // A share of the limit: one of the request, which is that of an idle agent, would double the replicas at each start.
            ["metrics"] = new JsonArray(new JsonObject
            {
                ["type"] = "Resource",
                ["resource"] = new JsonObject
                {
                    ["name"] = "cpu",
                    ["target"] = new JsonObject { ["type"] = "AverageValue", ["averageValue"] = Quantity.Cores(workload.Launch.Resources.Cpu * 0.7) },
                },
            }),
        },
    };
}
