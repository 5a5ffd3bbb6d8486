using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>Volumes: bound when their first pod has a node, kept while a pod uses them, copied by snapshots.</summary>
internal sealed class Storage(Cluster cluster)
{
    public const string Protection = "kubernetes.io/pvc-protection";

    public void Bind(string @namespace, string name, string node)
    {
        if (cluster.Store.Find(KubeResource.Claims, @namespace, name) is not { } claim || claim.Text("status", "phase") == "Bound")
            return;
        cluster.Store.Update(KubeResource.Claims, claim, item =>
        {
            item.Child("spec")["volumeName"] = $"pvc-{item.Uid()}";
            item.Child("metadata").Child("annotations")["volume.kubernetes.io/selected-node"] = node;
            item["status"] = new JsonObject
            {
                ["phase"] = "Bound",
                ["accessModes"] = item.At("spec", "accessModes")?.DeepClone(),
                ["capacity"] = new JsonObject { ["storage"] = item.Text("spec", "resources", "requests", "storage") },
            };
        });
    }

    public void Changed(ObjectChange change)
    {
        if (change.Resource == KubeResource.Claims && change.Before is null)
        {
            cluster.Store.Update(KubeResource.Claims, change.Either, item =>
            {
                item.Child("metadata")["finalizers"] = new JsonArray(Protection);
                item["status"] = new JsonObject { ["phase"] = "Pending" };
            });
        }
        else if (change.Resource == KubeResource.Claims && change.After?.IsDeleting() is true)
        {
            Unprotect(change.After);
        }
        else if (change.Resource == KubeResource.Pods && (change.After is null || Controllers.IsOver(change.After)))
        {
            foreach (var name in change.Either.Items("spec", "volumes").Select(volume => volume.Text("persistentVolumeClaim", "claimName")).OfType<string>())
                cluster.Agenda.After(TimeSpan.Zero, () => Unprotect(cluster.Store.Find(KubeResource.Claims, change.Either.Namespace(), name)));
        }
        else if (change.Resource == KubeResource.Snapshots && change.Before is null)
        {
            cluster.Agenda.After(cluster.Times.Snapshot, () => Ready(change.Either));
        }
    }

    private void Unprotect(JsonObject? claim)
    {
        if (claim?.IsDeleting() is true && !cluster.Life.Scheduler.IsUsed(claim.Namespace(), claim.Name()))
            cluster.Deletions.Finalize(KubeResource.Claims, claim, Protection);
    }

    private void Ready(JsonObject snapshot)
    {
        var source = snapshot.Text("spec", "source", "persistentVolumeClaimName") ?? "";
        var claim = cluster.Store.Find(KubeResource.Claims, snapshot.Namespace(), source);
        if (cluster.Store.Find(KubeResource.Snapshots, snapshot.Namespace(), snapshot.Name()) is null)
            return;
        cluster.Store.Update(KubeResource.Snapshots, snapshot, item => item["status"] = claim is null
            ? new JsonObject { ["readyToUse"] = false, ["error"] = new JsonObject { ["message"] = $"Failed to create snapshot content with error snapshot controller failed to update {snapshot.Name()} on API server: cannot get claim from snapshot" } }
            : new JsonObject
            {
                ["readyToUse"] = true,
                ["boundVolumeSnapshotContentName"] = $"snapcontent-{item.Uid()}",
                ["creationTime"] = cluster.Agenda.Now.Stamp(),
                ["restoreSize"] = claim.Text("spec", "resources", "requests", "storage"),
            });
    }
}
