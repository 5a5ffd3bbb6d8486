using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>What a caller asks of a deletion.</summary>
internal sealed record DeleteOptions(TimeSpan? Grace = null, string? Propagation = null, string? Uid = null, string? Version = null, bool DryRun = false);

/// <summary>Deletion with grace, finalizers and preconditions, and the collection of what the deleted object owned.</summary>
internal sealed class Deletions(Cluster cluster)
{
    public void Delete(KubeResource resource, JsonObject item, DeleteOptions options)
    {
        if (options.Uid is { } uid && uid != item.Uid())
            throw KubeException.Conflict(resource, item.Name(), $"Precondition failed: UID in precondition: {uid}, UID in object meta: {item.Uid()}");
        if (options.Version is { } version && version != item.Text("metadata", "resourceVersion"))
            throw KubeException.Conflict(resource, item.Name(), $"Precondition failed: ResourceVersion in precondition: {version}, ResourceVersion in object meta: {item.Text("metadata", "resourceVersion")}");
        if (options.DryRun)
            return;
        if (resource == KubeResource.Pods)
            cluster.Life.Ends.Delete(item, options.Grace);
        else if (resource == KubeResource.Namespaces)
            Terminate(item);
        else
            Remove(resource, item, options);
    }

    /// <summary>A finalizer has done its work.</summary>
    public void Finalize(KubeResource resource, JsonObject item, string finalizer)
    {
        if (cluster.Store.Find(resource, item.Namespace(), item.Name()) is not { } found || found.Uid() != item.Uid())
            return;
        var left = (found.At("metadata", "finalizers") as JsonArray ?? []).Select(entry => entry.Text()).Where(entry => entry != finalizer).ToArray();
        if (left.Length == 0)
            cluster.Store.Remove(resource, found);
        else
            cluster.Store.Update(resource, found, changed => changed.Child("metadata")["finalizers"] = new JsonArray([.. left.Select(entry => (JsonNode)entry!)]));
    }

    public void Changed(ObjectChange change)
    {
        if (change.After is { } item && item.IsDeleting() && change.Resource != KubeResource.Pods && change.Resource != KubeResource.Namespaces
            && item.At("metadata", "finalizers") is not JsonArray { Count: > 0 })
        {
            cluster.Store.Remove(change.Resource, item);
        }

        if (change.After is not null)
            return;
        if (cluster.Store.OwnedBy(change.Either.Uid()).Count > 0)
            cluster.Agenda.After(TimeSpan.Zero, () => Collect(change.Either.Uid()));
        foreach (var owner in change.Either.Items("metadata", "ownerReferences"))
            cluster.Agenda.After(TimeSpan.Zero, () => FinishForeground(change.Either.Namespace(), owner));
        if (change.Resource.Namespaced)
            cluster.Agenda.After(TimeSpan.Zero, () => FinishNamespace(change.Either.Namespace()));
    }

    private void Remove(KubeResource resource, JsonObject item, DeleteOptions options)
    {
        if (options.Propagation == "Orphan")
        {
            foreach (var (kind, owned) in cluster.Store.OwnedBy(item.Uid()))
                cluster.Store.Update(kind, owned, changed => changed.Child("metadata").Remove("ownerReferences"));
        }

        var isForeground = options.Propagation == "Foreground" && cluster.Store.OwnedBy(item.Uid()).Count > 0;
        if (!isForeground && item.At("metadata", "finalizers") is not JsonArray { Count: > 0 })
        {
            cluster.Store.Remove(resource, item);
            return;
        }

        cluster.Store.Update(resource, item, changed =>
        {
            changed.Child("metadata")["deletionTimestamp"] ??= cluster.Agenda.Now.Stamp();
            changed.Child("metadata")["deletionGracePeriodSeconds"] = 0;
            if (isForeground)
                changed.Child("metadata")["finalizers"] = new JsonArray("foregroundDeletion");
        });
        if (isForeground)
            Collect(item.Uid());
    }

    private void Collect(string uid)
    {
        foreach (var (resource, owned) in cluster.Store.OwnedBy(uid))
        {
            if (!owned.IsDeleting())
                Delete(resource, owned, new());
        }
    }

    private void FinishForeground(string @namespace, JsonObject owner)
    {
        if (KubeResource.OfKind(owner.Text("apiVersion"), owner.Text("kind")) is { } resource
            && cluster.Store.Find(resource, @namespace, owner.Text("name")!) is { } found && found.Uid() == owner.Text("uid")
            && found.IsDeleting() && cluster.Store.OwnedBy(found.Uid()).Count == 0)
        {
            Finalize(resource, found, "foregroundDeletion");
        }
    }

    private void Terminate(JsonObject item)
    {
        if (item.IsDeleting())
            return;
        cluster.Store.Update(KubeResource.Namespaces, item, changed =>
        {
            changed.Child("metadata")["deletionTimestamp"] = cluster.Agenda.Now.Stamp();
            changed["status"] = new JsonObject { ["phase"] = "Terminating" };
        });
        cluster.Agenda.After(TimeSpan.Zero, () =>
        {
            foreach (var resource in KubeResource.All.Where(resource => resource.Namespaced && resource != KubeResource.Events))
            {
                foreach (var owned in cluster.Store.List(resource, item.Name()).ToArray())
                    Delete(resource, owned, new());
            }

            FinishNamespace(item.Name());
        });
    }

    private void FinishNamespace(string name)
    {
        if (cluster.Store.Find(KubeResource.Namespaces, "", name) is not { } found || !found.IsDeleting())
            return;
        if (KubeResource.All.Any(resource => resource.Namespaced && resource != KubeResource.Events && cluster.Store.List(resource, name).Any()))
            return;
        foreach (var happening in cluster.Store.List(KubeResource.Events, name).ToArray())
            cluster.Store.Remove(KubeResource.Events, happening);
        cluster.Store.Remove(KubeResource.Namespaces, found);
    }
}
