using System.Globalization;
using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>
/// The controller of StatefulSets: at most one pod of an ordinal, and the old one gone before the new one is made.
/// With OrderedReady a pod that is not ready stops everything, a rollback too, until somebody deletes it, as the real one does.
/// </summary>
internal sealed class StatefulSets(Cluster cluster, Controllers controllers)
{
    private const string RevisionLabel = "controller-revision-hash";

    public void Reconcile(JsonObject set)
    {
        var revision = $"{set.Name()}-{Controllers.Hash(set.At("spec", "template")!.ToJsonString())}";
        var wanted = set.Number("spec", "replicas") ?? 1;
        var pods = controllers.PodsOf(set).OrderBy(Ordinal).ToList();
        Step(set, pods, wanted, revision);
        SetStatus(set, wanted, revision);
    }

    private void Step(JsonObject set, List<JsonObject> pods, int wanted, string revision)
    {
        var ordered = set.Text("spec", "podManagementPolicy") != "Parallel";
        for (var ordinal = 0; ordinal < wanted; ordinal++)
        {
            var pod = pods.Find(candidate => Ordinal(candidate) == ordinal);
            if (pod is not null && !pod.IsDeleting() && Controllers.IsOver(pod))
            {
                cluster.Events.Warn(KubeResource.StatefulSets, set, "RecreatingFailedPod", $"StatefulSet {set.Namespace()}/{set.Name()} is recreating failed Pod {pod.Name()}", "statefulset-controller");
                controllers.DeletePod(pod);
                return;
            }

            if (pod is null && !Make(set, ordinal, revision))
                return;
            if (ordered && (pod is null || pod.IsDeleting() || !Controllers.IsReady(pod)))
                return;
        }

        foreach (var pod in pods.Where(pod => Ordinal(pod) >= wanted).OrderByDescending(Ordinal))
        {
            if (ordered && pods.Exists(other => other.IsDeleting()))
                return;
            controllers.DeletePod(pod);
            if (ordered)
                return;
        }

        if (set.Text("spec", "updateStrategy", "type") != "OnDelete")
            Roll(pods.Where(pod => Ordinal(pod) < wanted).OrderByDescending(Ordinal), revision);
    }

    private void Roll(IEnumerable<JsonObject> pods, string revision)
    {
        foreach (var pod in pods)
        {
            if (pod.Label(RevisionLabel) != revision && !pod.IsDeleting())
            {
                controllers.DeletePod(pod);
                return;
            }

            if (pod.IsDeleting() || !Controllers.IsReady(pod))
                return;
        }
    }

    private bool Make(JsonObject set, int ordinal, string revision)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{set.Name()}-{ordinal}");
        if (cluster.Store.Find(KubeResource.Pods, set.Namespace(), name) is not null)
            return false;
        var labels = new JsonObject
        {
            [RevisionLabel] = revision,
            ["statefulset.kubernetes.io/pod-name"] = name,
            ["apps.kubernetes.io/pod-index"] = ordinal.ToString(CultureInfo.InvariantCulture),
        };
        try
        {
            foreach (var template in set.Items("spec", "volumeClaimTemplates"))
                MakeClaim(set, template, $"{template.Name()}-{name}");
        }
        catch (KubeException refused)
        {
            cluster.Events.Warn(KubeResource.StatefulSets, set, "FailedCreate", $"create Claim for Pod {name} in StatefulSet {set.Name()} failed error: {refused.Message}", "statefulset-controller");
            cluster.Agenda.After(PodEnds.BackOff(1), () => controllers.Look(KubeResource.StatefulSets, set.Namespace(), set.Name()));
            return false;
        }

        return controllers.MakePod(KubeResource.StatefulSets, set, name, labels, pod => Mount(set, pod, name));
    }

    private void MakeClaim(JsonObject set, JsonObject template, string name)
    {
        if (cluster.Store.Find(KubeResource.Claims, set.Namespace(), name) is not null)
            return;
        var claim = template.Copy();
        var metadata = claim.Child("metadata");
        (metadata["name"], metadata["namespace"]) = (name, set.Namespace());
        foreach (var (key, value) in set.Pairs("spec", "selector", "matchLabels"))
            metadata.Child("labels")[key] = value;
        if (set.Text("spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted") == "Delete")
            metadata["ownerReferences"] = Controllers.OwnedBy(KubeResource.StatefulSets, set);
        cluster.Admission.Create(KubeResource.Claims, claim, dryRun: false);
    }

    private static void Mount(JsonObject set, JsonObject pod, string name)
    {
        var volumes = pod.Child("spec")["volumes"] as JsonArray ?? [];
        foreach (var template in set.Items("spec", "volumeClaimTemplates"))
        {
            volumes.Add(new JsonObject
            {
                ["name"] = template.Name(),
                ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = $"{template.Name()}-{name}" },
            });
        }

        pod.Child("spec")["volumes"] = volumes.Parent is null ? volumes : volumes.DeepClone();
        pod.Child("spec")["hostname"] = name;
    }

    private void SetStatus(JsonObject set, int wanted, string revision)
    {
        var pods = controllers.PodsOf(set);
        var updated = pods.Count(pod => pod.Label(RevisionLabel) == revision);
        var ready = pods.Count(Controllers.IsReady);
        var isDone = updated == wanted && pods.Count == wanted && ready == wanted;
        controllers.SetStatus(KubeResource.StatefulSets, set, new()
        {
            ["observedGeneration"] = set.Number("metadata", "generation"),
            ["replicas"] = pods.Count,
            ["readyReplicas"] = ready,
            ["availableReplicas"] = ready,
            ["currentReplicas"] = isDone ? wanted : pods.Count - updated,
            ["updatedReplicas"] = updated,
            ["currentRevision"] = isDone ? revision : set.Text("status", "currentRevision") ?? revision,
            ["updateRevision"] = revision,
            ["collisionCount"] = 0,
        });
    }

    private static int Ordinal(JsonObject pod) => int.Parse(pod.Name().AsSpan(pod.Name().LastIndexOf('-') + 1), CultureInfo.InvariantCulture);
}
