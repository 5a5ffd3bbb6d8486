using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>What a metrics server would say: half of what is requested is used.</summary>
internal sealed class Usage(Cluster cluster)
{
    public IEnumerable<JsonObject> Pods(string? @namespace) => cluster.Store.List(KubeResource.Pods, @namespace)
        .Where(pod => cluster.Life.Find(pod.Uid()) is { Running: not null })
        .Select(pod => new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = pod.Name(), ["namespace"] = pod.Namespace(), ["labels"] = pod.At("metadata", "labels")?.DeepClone() },
            ["timestamp"] = cluster.Agenda.Now.Stamp(),
            ["window"] = "15s",
            ["containers"] = new JsonArray(new JsonObject
            {
                ["name"] = pod.Items("spec", "containers").First().Text("name"),
                ["usage"] = Amounts(cluster.Life.Find(pod.Uid())!.Requests),
            }),
        });

    public IEnumerable<JsonObject> Nodes() => cluster.Store.List(KubeResource.Nodes).Select(node =>
    {
        var (cpu, memory, _) = cluster.Life.Scheduler.Used(node.Name());
        return new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = node.Name() },
            ["timestamp"] = cluster.Agenda.Now.Stamp(),
            ["window"] = "20s",
            ["usage"] = Amounts((cpu, memory)),
        };
    });

    private static JsonObject Amounts((long Cpu, long Memory) requests) => new()
    {
        ["cpu"] = Quantity.Write(requests.Cpu / 2, binary: false),
        ["memory"] = Quantity.Write(requests.Memory / 2000 * 1000, binary: true),
    };
}
