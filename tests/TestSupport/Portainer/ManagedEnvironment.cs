using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>What a Portainer manages: a cluster, or a Docker Engine.</summary>
/// <param name="type">1, 2, 4 Docker; 5, 6, 7 Kubernetes: local, by an agent, by an edge agent.</param>
public sealed class ManagedEnvironment(int id, string name, int type, Cluster? cluster, DockerEngine? engine)
{
    public int Id => id;

    public string Name => name;

    public int Type => type;

    public Cluster? Cluster => cluster;

    public DockerEngine? Engine => engine;

    public bool IsKubernetes => type is 5 or 6 or 7;

    public bool IsUp { get; set; } = true;

    /// <summary>What Portainer last saw; false just after an environment was added.</summary>
    public bool HasSnapshot { get; set; } = true;

    internal JsonObject ToJson(DateTimeOffset now, bool withSnapshot) => new()
    {
        [nameof(Id)] = id,
        [nameof(Name)] = name,
        [nameof(Type)] = type,
        ["ContainerEngine"] = IsKubernetes ? "" : "docker",
        ["URL"] = IsKubernetes ? "https://kubernetes.default.svc" : "unix:///var/run/docker.sock",
        ["GroupId"] = 1,
        ["PublicURL"] = "",
        ["TagIds"] = new JsonArray(),
        ["Status"] = IsUp ? 1 : 2,
        ["Snapshots"] = withSnapshot && HasSnapshot && !IsKubernetes ? new JsonArray(DockerSnapshot(now)) : [],
        ["UserAccessPolicies"] = new JsonObject(),
        ["TeamAccessPolicies"] = new JsonObject(),
        ["Kubernetes"] = new JsonObject
        {
            ["Snapshots"] = withSnapshot && HasSnapshot && IsKubernetes ? new JsonArray(KubernetesSnapshot(now)) : [],
            ["Configuration"] = new JsonObject { ["UseServerMetrics"] = cluster?.HasMetrics is true, ["RestrictDefaultNamespace"] = false },
            ["Flags"] = new JsonObject(),
        },
        ["LastCheckInDate"] = 0,
        ["Heartbeat"] = true,
        ["Agent"] = new JsonObject { ["Version"] = type is 2 or 6 ? PortainerServer.DefaultVersion : "" },
    };

    private JsonObject KubernetesSnapshot(DateTimeOffset now)
    {
        var nodes = cluster!.Store.List(KubeResource.Nodes).ToArray();
        return new()
        {
            ["Time"] = now.ToUnixTimeSeconds(),
            ["KubernetesVersion"] = Cluster.KubernetesVersion,
            ["NodeCount"] = nodes.Length,
            ["TotalCPU"] = nodes.Sum(node => Quantity.Milli(node.At("status", "capacity", "cpu"))) / 1000,
            ["TotalMemory"] = nodes.Sum(node => Quantity.Milli(node.At("status", "capacity", "memory"))) / 1000,
        };
    }

    private static JsonObject DockerSnapshot(DateTimeOffset now) => new()
    {
        ["Time"] = now.ToUnixTimeSeconds(),
        ["DockerVersion"] = "20.10.24",
        ["Swarm"] = false,
        ["TotalCPU"] = 2,
        ["TotalMemory"] = 25_000_000_000,
        ["NodeCount"] = 1,
    };
}
