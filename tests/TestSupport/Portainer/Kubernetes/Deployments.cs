using System.Globalization;
using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>The controller of Deployments: a ReplicaSet of each template, the new one growing as the old ones shrink.</summary>
internal sealed class Deployments(Cluster cluster, Controllers controllers)
{
    private const string HashLabel = "pod-template-hash";

    // When the rollout of a generation began to stand still.
    private readonly Dictionary<string, (string State, DateTimeOffset Since)> _progress = [];

    public void Reconcile(JsonObject deployment)
    {
        var hash = Controllers.Hash(deployment.At("spec", "template")!.ToJsonString());
        var wanted = deployment.Number("spec", "replicas") ?? 1;
        var sets = cluster.Store.Owned(deployment.Uid(), KubeResource.ReplicaSets).ToList();
        var old = sets.Where(set => set.Label(HashLabel) != hash).ToList();
        var isRecreate = deployment.Text("spec", "strategy", "type") == "Recreate";
        if (isRecreate && old.Exists(set => controllers.PodsOf(set).Any(pod => !Controllers.IsOver(pod))))
        {
            foreach (var set in old)
                Scale(set, 0);
        }
        else
        {
            var current = sets.Find(set => set.Label(HashLabel) == hash) ?? Make(deployment, hash, isRecreate || old.Count == 0 ? wanted : 0);
            Roll(deployment, current, old, wanted, isRecreate);
        }

        SetStatus(deployment, hash, wanted);
    }

    private void Roll(JsonObject deployment, JsonObject current, List<JsonObject> old, int wanted, bool isRecreate)
    {
        var total = old.Sum(Size) + Size(current);
        var surge = Share(deployment.Text("spec", "strategy", "rollingUpdate", "maxSurge") ?? "25%", wanted, up: true);
        var unavailable = Share(deployment.Text("spec", "strategy", "rollingUpdate", "maxUnavailable") ?? "25%", wanted, up: false);
        if (surge == 0 && unavailable == 0)
            unavailable = 1;
        var room = isRecreate || old.Sum(Size) == 0 ? wanted : Math.Min(wanted, Size(current) + Math.Max(0, wanted + surge - total));
        Scale(current, room);
        // An old pod goes for every new one that is ready, and those that are not ready themselves at once.
        var ready = Ready(current) + old.Sum(Ready);
        var spare = Math.Max(0, ready - (wanted - unavailable));
        foreach (var set in old.Where(set => Size(set) > 0))
        {
            var broken = Size(set) - Ready(set);
            var fewer = Math.Min(Size(set), broken + spare);
            spare -= Math.Max(0, fewer - broken);
            Scale(set, Size(set) - fewer);
        }
    }

    private JsonObject Make(JsonObject deployment, string hash, int replicas)
    {
        var template = (JsonObject)deployment.At("spec", "template")!.DeepClone();
        template.Child("metadata").Child("labels")[HashLabel] = hash;
        var selector = (JsonObject)(deployment.At("spec", "selector")?.DeepClone() ?? new JsonObject());
        selector.Child("matchLabels")[HashLabel] = hash;
        var set = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = $"{deployment.Name()}-{hash}",
                ["namespace"] = deployment.Namespace(),
                ["labels"] = template.At("metadata", "labels")!.DeepClone(),
                ["ownerReferences"] = Controllers.OwnedBy(KubeResource.Deployments, deployment),
            },
            ["spec"] = new JsonObject { ["replicas"] = replicas, ["selector"] = selector, ["template"] = template },
        };
        return cluster.Store.Create(KubeResource.ReplicaSets, set);
    }

    private void Scale(JsonObject set, int replicas)
    {
        if (Size(set) != replicas)
            cluster.Store.Update(KubeResource.ReplicaSets, set, changed => changed.Child("spec")["replicas"] = replicas, byRequest: true);
    }

    private void SetStatus(JsonObject deployment, string hash, int wanted)
    {
        var sets = cluster.Store.Owned(deployment.Uid(), KubeResource.ReplicaSets).ToList();
        var current = sets.Find(set => set.Label(HashLabel) == hash);
        var (replicas, updated, ready) = (sets.Sum(Made), current is null ? 0 : Made(current), sets.Sum(Ready));
        var state = string.Create(CultureInfo.InvariantCulture, $"{hash}/{wanted}/{replicas}/{updated}/{ready}");
        var isDone = updated == wanted && replicas == wanted && ready == wanted;
        var (progressing, reason) = Progress(deployment, state, isDone);
        var isAvailable = ready >= wanted - Share(deployment.Text("spec", "strategy", "rollingUpdate", "maxUnavailable") ?? "25%", wanted, up: false);
        var conditions = new JsonArray(
            Condition("Available", isAvailable, isAvailable ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable"),
            Condition("Progressing", progressing, reason));
        if (current is not null && controllers.Denial(current) is { } words)
            conditions.Add((JsonNode)new JsonObject { ["type"] = "ReplicaFailure", ["status"] = "True", ["reason"] = "FailedCreate", ["message"] = words });
        controllers.SetStatus(KubeResource.Deployments, deployment, new()
        {
            ["observedGeneration"] = deployment.Number("metadata", "generation"),
            ["replicas"] = replicas,
            ["updatedReplicas"] = updated,
            ["readyReplicas"] = ready,
            ["availableReplicas"] = ready,
            ["unavailableReplicas"] = Math.Max(0, wanted - ready),
            ["conditions"] = conditions,
        });
    }

    private (bool Progressing, string Reason) Progress(JsonObject deployment, string state, bool isDone)
    {
        var limit = TimeSpan.FromSeconds(deployment.Number("spec", "progressDeadlineSeconds") ?? 600);
        if (isDone)
            return (true, "NewReplicaSetAvailable");
        if (!_progress.TryGetValue(deployment.Uid(), out var last) || last.State != state)
        {
            _progress[deployment.Uid()] = last = (state, cluster.Agenda.Now);
            cluster.Agenda.After(limit, () => controllers.Look(KubeResource.Deployments, deployment.Namespace(), deployment.Name()));
        }

        return cluster.Agenda.Now - last.Since >= limit ? (false, "ProgressDeadlineExceeded") : (true, "ReplicaSetUpdated");
    }

    private static JsonObject Condition(string type, bool holds, string reason) => new() { ["type"] = type, ["status"] = holds ? "True" : "False", ["reason"] = reason };

    private static int Size(JsonObject set) => set.Number("spec", "replicas") ?? 1;

    private static int Made(JsonObject set) => set.Number("status", "replicas") ?? 0;

    private static int Ready(JsonObject set) => set.Number("status", "readyReplicas") ?? 0;

    private static int Share(string amount, int of, bool up)
    {
        if (!amount.EndsWith('%'))
            return int.Parse(amount, CultureInfo.InvariantCulture);
        var part = int.Parse(amount.AsSpan(0, amount.Length - 1), CultureInfo.InvariantCulture) * of / 100m;
        return (int)(up ? Math.Ceiling(part) : Math.Floor(part));
    }
}
