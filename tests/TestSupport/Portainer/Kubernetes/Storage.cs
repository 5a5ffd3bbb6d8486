using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>Volumes: bound when their first pod has a node, kept while a pod uses them, copied by snapshots.</summary>
internal sealed class Storage(Cluster cluster)
{
    public const string Protection = "kubernetes.io/pvc-protection";
    public const string Driver = "csi.example";
    private const string DefaultClass = "storageclass.kubernetes.io/is-default-class";

    // What is on volumes and in snapshots, by the uid of the claim and of the snapshot.
    private readonly Dictionary<string, IReadOnlyList<string>> _content = [];

    /// <summary>The default class of new claims.</summary>
    public static JsonObject Class(string name) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = name, ["annotations"] = new JsonObject { [DefaultClass] = "true" } },
        ["provisioner"] = Driver,
        ["volumeBindingMode"] = "WaitForFirstConsumer",
    };

    public void SetClass(JsonObject claim) => claim.Child("spec")["storageClassName"] ??=
        cluster.Store.List(KubeResource.StorageClasses).FirstOrDefault(found => found.Text("metadata", "annotations", DefaultClass) == "true")?.Name();

    public IReadOnlyList<string> ContentOf(JsonObject owner) => _content.GetValueOrDefault(owner.Uid()) ?? [];

    /// <summary>A container has started, and migrates the database on its volume.</summary>
    public void Write(PodRun run)
    {
        foreach (var claim in run.Claims.Select(name => cluster.Store.Find(KubeResource.Claims, run.Facts.Namespace, name)).OfType<JsonObject>())
            _content[claim.Uid()] = [.. ContentOf(claim), run.Facts.Labels.GetValueOrDefault("app.kubernetes.io/version", "")];
    }

    public void Bind(string @namespace, string name, string node)
    {
        if (cluster.Store.Find(KubeResource.Claims, @namespace, name) is not { } claim || claim.Text("status", "phase") == "Bound")
            return;
        if (claim.Text("spec", "dataSource", "name") is { } source)
            _content[claim.Uid()] = ContentOf(cluster.Store.Get(KubeResource.Snapshots, @namespace, source));
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

    // What is written until then is in it: nobody may count on less.
    private void Ready(JsonObject made)
    {
        if (cluster.Store.Find(KubeResource.Snapshots, made.Namespace(), made.Name()) is not { } snapshot || snapshot.Uid() != made.Uid())
            return;
        var claim = cluster.Store.Find(KubeResource.Claims, snapshot.Namespace(), snapshot.Text("spec", "source", "persistentVolumeClaimName") ?? "");
        if (Refusal(snapshot, claim) is { } words)
        {
            cluster.Store.Update(KubeResource.Snapshots, snapshot, item => item["status"] = new JsonObject { ["readyToUse"] = false, ["error"] = new JsonObject { ["message"] = words } });
            cluster.Agenda.After(cluster.Times.Retry, () => Ready(made));
            return;
        }

        _content[snapshot.Uid()] = ContentOf(claim!);
        cluster.Store.Update(KubeResource.Snapshots, snapshot, item => item["status"] = new JsonObject
        {
            ["readyToUse"] = true,
            ["boundVolumeSnapshotContentName"] = $"snapcontent-{item.Uid()}",
            ["creationTime"] = cluster.Agenda.Now.Stamp(),
            ["restoreSize"] = claim.Text("spec", "resources", "requests", "storage"),
        });
    }

    private string? Refusal(JsonObject snapshot, JsonObject? claim) =>
        claim is null ? $"Failed to create snapshot content with error snapshot controller failed to update {snapshot.Name()} on API server: cannot get claim from snapshot"
        : claim.Text("status", "phase") != "Bound" ? $"Failed to create snapshot content with error the PVC {claim.Name()} is not yet bound to a PV, will not attempt to take a snapshot"
        : cluster.SnapshotWords is { } words ? $"Failed to check and update snapshot content: failed to take snapshot of the volume pvc-{claim.Uid()}: \"{words}\""
        : null;
}
