using System.Globalization;
using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>A machine of a cluster. Amounts as Kubernetes writes them: <c>16</c> cores, <c>64Gi</c>.</summary>
public sealed record ClusterNode(string Name, string Cpu = "16", string Memory = "64Gi", int Pods = 110, bool Ready = true, bool Cordoned = false, bool MemoryPressure = false);

/// <summary>Puts pods on nodes: the emptiest that has room, and the words when none has.</summary>
internal sealed class Scheduler(ObjectStore store)
{
    private readonly Dictionary<string, (long Cpu, long Memory, int Pods)> _used = [];
    private readonly Dictionary<(string Namespace, string Claim), HashSet<PodRun>> _users = [];

    public void Take(PodRun run, string node)
    {
        run.Node = node;
        Count(run, 1);
        foreach (var claim in run.Claims)
        {
            if (!_users.TryGetValue((run.Facts.Namespace, claim), out var users))
                _users[(run.Facts.Namespace, claim)] = users = [];
            users.Add(run);
        }
    }

    public void Release(PodRun run)
    {
        if (run.Node is null || run.Released)
            return;
        run.Released = true;
        Count(run, -1);
        foreach (var claim in run.Claims)
            _users[(run.Facts.Namespace, claim)].Remove(run);
    }

    public bool IsUsed(string @namespace, string claim) => _users.TryGetValue((@namespace, claim), out var users) && users.Count > 0;

    public (long Cpu, long Memory, int Pods) Used(string node) => _used.GetValueOrDefault(node);

    /// <returns>The node, or why there is none.</returns>
    public (string? Node, string Words) Place(PodRun run)
    {
        var nodes = store.List(KubeResource.Nodes).ToArray();
        var none = string.Create(CultureInfo.InvariantCulture, $"0/{nodes.Length} nodes are available: ");
        if (Missing(run) is { } claim)
            return (null, $"{none}persistentvolumeclaim \"{claim}\" not found. preemption: {none}{nodes.Length} Preemption is not helpful for scheduling.");
        if (run.Claims.FirstOrDefault(claim => !IsRestorable(run.Facts.Namespace, claim)) is { } unready)
            return (null, $"{none}persistentvolumeclaim \"{unready}\" waits for its VolumeSnapshot. preemption: {none}{nodes.Length} Preemption is not helpful for scheduling.");
        if (IsClaimTaken(run))
            return (null, $"{none}{nodes.Length} node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode. preemption: {none}{nodes.Length} No preemption victims found for incoming pod.");
        var verdicts = nodes.Select(node => (Node: node, Refusal: Refusal(node, run))).ToArray();
        var free = verdicts.Where(verdict => verdict.Refusal is null).Select(verdict => verdict.Node.Name()).MinBy(name => Used(name).Pods);
        if (free is not null)
            return (free, "");
        var reasons = verdicts.GroupBy(verdict => verdict.Refusal).Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Count()} {group.Key}"));
        return (null, $"{none}{string.Join(", ", reasons.Order(StringComparer.Ordinal))}. preemption: {none}{nodes.Length} No preemption victims found for incoming pod.");
    }

    public static JsonObject ToObject(ClusterNode node)
    {
        var amounts = new JsonObject { ["cpu"] = node.Cpu, ["memory"] = node.Memory, ["pods"] = node.Pods.ToString(CultureInfo.InvariantCulture) };
        var item = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = node.Name, ["labels"] = new JsonObject { ["kubernetes.io/hostname"] = node.Name, ["kubernetes.io/arch"] = "amd64" } },
            ["spec"] = new JsonObject(),
            ["status"] = new JsonObject
            {
                ["capacity"] = amounts,
                ["allocatable"] = amounts.DeepClone(),
                ["conditions"] = new JsonArray(
                    Condition("MemoryPressure", node.MemoryPressure ? "True" : "False", node.MemoryPressure ? "KubeletHasInsufficientMemory" : "KubeletHasSufficientMemory"),
                    Condition("DiskPressure", "False", "KubeletHasNoDiskPressure"),
                    Condition("Ready", node.Ready ? "True" : "Unknown", node.Ready ? "KubeletReady" : "NodeStatusUnknown")),
                ["nodeInfo"] = new JsonObject { ["kubeletVersion"] = Cluster.KubernetesVersion, ["architecture"] = "amd64", ["operatingSystem"] = "linux" },
            },
        };
        if (node.Cordoned)
            item.Child("spec")["unschedulable"] = true;
        return item;
    }

    private static JsonObject Condition(string type, string status, string reason) => new() { ["type"] = type, ["status"] = status, ["reason"] = reason };

    private string? Missing(PodRun run) =>
        run.Claims.FirstOrDefault(claim => store.Find(KubeResource.Claims, run.Facts.Namespace, claim) is not { } found || found.IsDeleting());

    private bool IsRestorable(string @namespace, string claim) =>
        store.Find(KubeResource.Claims, @namespace, claim) is not { } found || found.Text("spec", "dataSource", "kind") != "VolumeSnapshot" || found.Text("status", "phase") == "Bound"
        || store.Find(KubeResource.Snapshots, @namespace, found.Text("spec", "dataSource", "name") ?? "").Flag("status", "readyToUse");

    private bool IsClaimTaken(PodRun run) => run.Claims.Any(claim =>
        store.Find(KubeResource.Claims, run.Facts.Namespace, claim) is { } found
        && found.At("spec", "accessModes") is JsonArray modes && modes.Any(mode => mode.Text() == "ReadWriteOncePod")
        && IsUsed(run.Facts.Namespace, claim));

    private void Count(PodRun run, int sign)
    {
        var (cpu, memory, pods) = Used(run.Node!);
        _used[run.Node!] = (cpu + (sign * run.Requests.Cpu), memory + (sign * run.Requests.Memory), pods + sign);
    }

    private string? Refusal(JsonObject node, PodRun run)
    {
        if (node.Items("status", "conditions").Any(condition => condition.Text("type") == "Ready" && condition.Text("status") != "True"))
            return "node(s) had untolerated taint {node.kubernetes.io/unreachable: }";
        if (node.Items("status", "conditions").Any(condition => condition.Text("type") == "MemoryPressure" && condition.Text("status") == "True"))
            return "node(s) had untolerated taint {node.kubernetes.io/memory-pressure: }";
        if (node.Flag("spec", "unschedulable"))
            return "node(s) were unschedulable";
        var used = Used(node.Name());
        return used.Pods + 1 > (node.Number("status", "allocatable", "pods") ?? 110) ? "Too many pods"
            : used.Cpu + run.Requests.Cpu > Quantity.Milli(node.At("status", "allocatable", "cpu")) ? "Insufficient cpu"
            : used.Memory + run.Requests.Memory > Quantity.Milli(node.At("status", "allocatable", "memory")) ? "Insufficient memory"
            : null;
    }
}
