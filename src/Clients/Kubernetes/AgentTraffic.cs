using System.Text.Json.Nodes;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Kubernetes;

/// <summary>What an agent has that is reached from outside; nothing when none calls it.</summary>
internal static class AgentTraffic
{
    public static IEnumerable<JsonObject> Of(AgentWorkload workload, Func<JsonObject> metadata) => workload.Host is { } host
        ? [Service(workload, metadata()), Ingress(workload, host, metadata()), Policy(workload, metadata())]
        : [];

    private static JsonObject Service(AgentWorkload workload, JsonObject metadata) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Service",
        ["metadata"] = metadata,
        ["spec"] = new JsonObject
        {
            ["type"] = "ClusterIP",
            ["selector"] = AgentManifest.SelectorLabels(workload),
            ["ports"] = new JsonArray(new JsonObject { ["name"] = AgentPod.Port, ["port"] = 80, ["targetPort"] = AgentPod.Port, ["protocol"] = "TCP" }),
        },
    };

    private static JsonObject Ingress(AgentWorkload workload, string host, JsonObject metadata)
    {
        // cert-manager makes and renews the certificate: https://cert-manager.io/docs/usage/ingress/
        metadata["annotations"]!["cert-manager.io/cluster-issuer"] = workload.Ingress.ClusterIssuer;
        var backend = new JsonObject
        {
            ["service"] = new JsonObject { ["name"] = KubernetesNames.Agent(workload.Launch.AgentId), ["port"] = new JsonObject { ["name"] = AgentPod.Port } },
        };
        return new()
        {
            ["apiVersion"] = "networking.k8s.io/v1",
            ["kind"] = "Ingress",
            ["metadata"] = metadata,
            ["spec"] = new JsonObject
            {
                ["ingressClassName"] = workload.Ingress.ClassName,
                ["tls"] = new JsonArray(new JsonObject { ["hosts"] = new JsonArray(host), ["secretName"] = KubernetesNames.Certificate(workload.Launch.AgentId) }),
                ["rules"] = new JsonArray(new JsonObject
                {
                    ["host"] = host,
                    ["http"] = new JsonObject { ["paths"] = new JsonArray(new JsonObject { ["path"] = "/", ["pathType"] = "Prefix", ["backend"] = backend }) },
                }),
            },
        };
    }

    // Whatever else is in the namespace, its owner's policies let nothing in.
    private static JsonObject Policy(AgentWorkload workload, JsonObject metadata) => new()
    {
        ["apiVersion"] = "networking.k8s.io/v1",
        ["kind"] = "NetworkPolicy",
        ["metadata"] = metadata,
        ["spec"] = new JsonObject
        {
            ["podSelector"] = new JsonObject { ["matchLabels"] = AgentManifest.SelectorLabels(workload) },
            ["policyTypes"] = new JsonArray("Ingress"),
            ["ingress"] = new JsonArray(new JsonObject
            {
                ["from"] = new JsonArray(new JsonObject
                {
                    ["namespaceSelector"] = new JsonObject
                    {
                        ["matchLabels"] = new JsonObject { ["kubernetes.io/metadata.name"] = workload.Ingress.ControllerNamespace },
                    },
                }),
                ["ports"] = new JsonArray(new JsonObject { ["protocol"] = "TCP", ["port"] = RuntimeSettings.Port }),
            }),
        },
    };
}
