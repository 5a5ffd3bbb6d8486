using System.Text;
using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>The way of an object into the store: namespace, types, defaults, policies, quotas.</summary>
internal sealed class Admission(Cluster cluster)
{
    private readonly Quotas _quotas = new(cluster.Store);

    public Quotas Quotas => _quotas;

    /// <exception cref="KubeException">It is refused; the words are the API server's.</exception>
    public JsonObject Create(KubeResource resource, JsonObject body, bool dryRun)
    {
        var item = body.Copy();
        Fields.TakeUnknown(resource, item);
        Clean(item);
        if (item.Text("metadata", "generateName") is { } prefix && item.Name().Length == 0)
            item.Child("metadata")["name"] = prefix + cluster.Controllers.NewSuffix();
        Validation.Check(resource, item);
        if (resource.Namespaced)
            CheckNamespace(resource, item);
        SetDefaults(resource, item);
        if (resource == KubeResource.Claims)
            cluster.Storage.SetClass(item);
        if (cluster.Store.Find(resource, item.Namespace(), item.Name()) is not null)
            throw KubeException.AlreadyExists(resource, item.Name());
        if (resource == KubeResource.Pods)
            AdmitPod(item);
        _quotas.Admit(resource, item);
        if (!dryRun)
            return cluster.Store.Create(resource, item);
        (item["apiVersion"], item["kind"], item.Child("metadata")["uid"]) = (resource.ApiVersion, resource.Kind, Guid.NewGuid().ToString());
        return item;
    }

    /// <param name="change">Makes the object as the caller wants it; what a caller cannot set is put back.</param>
    public JsonObject Update(KubeResource resource, JsonObject current, Action<JsonObject> change, bool dryRun = false)
    {
        var after = current.Copy();
        change(after);
        Fields.TakeUnknown(resource, after);
        if (after.Text("metadata", "resourceVersion") is { } version && version != current.Text("metadata", "resourceVersion"))
            throw KubeException.Changed(resource, current.Name());
        if (after.Text("metadata", "uid") is { } uid && uid != current.Uid())
            throw KubeException.Conflict(resource, current.Name(), $"Precondition failed: UID in precondition: {uid}, UID in object meta: {current.Uid()}");
        if (after.Name() != current.Name() || after.Namespace() != current.Namespace())
            throw KubeException.BadRequest("the name of the object does not match the name on the URL");
        foreach (var name in new[] { "uid", "creationTimestamp", "generation", "deletionTimestamp", "deletionGracePeriodSeconds", "resourceVersion", "namespace" })
            Keep(after.Child("metadata"), (JsonObject)current["metadata"]!, name);
        foreach (var name in new[] { "apiVersion", "kind", "status" })
            Keep(after, current, name);
        Validation.Check(resource, after);
        SetDefaults(resource, after);
        Validation.CheckChange(resource, current, after);
        return dryRun ? after : cluster.Store.Update(resource, current, item =>
        {
            item.Clear();
            foreach (var (name, value) in after)
                item[name] = value?.DeepClone();
        }, byRequest: true);
    }

    private static void Keep(JsonObject after, JsonObject before, string name)
    {
        if (before.TryGetPropertyValue(name, out var value))
            after[name] = value?.DeepClone();
        else
            after.Remove(name);
    }

    private static void Clean(JsonObject item)
    {
        item.Remove("status");
        foreach (var name in new[] { "uid", "creationTimestamp", "generation", "deletionTimestamp", "resourceVersion", "managedFields" })
            item.Child("metadata").Remove(name);
    }

    private void CheckNamespace(KubeResource resource, JsonObject item)
    {
        if (cluster.Store.Find(KubeResource.Namespaces, "", item.Namespace()) is not { } found)
            throw KubeException.NotFound(KubeResource.Namespaces, item.Namespace());
        if (found.IsDeleting())
            throw KubeException.Forbidden(resource, item.Name(), $"unable to create new content in namespace {item.Namespace()} because it is being terminated");
    }

    private void AdmitPod(JsonObject pod)
    {
        var account = pod.Text("spec", "serviceAccountName") ?? "default";
        if (cluster.Store.Find(KubeResource.ServiceAccounts, pod.Namespace(), account) is null)
            throw KubeException.Forbidden(KubeResource.Pods, pod.Name(), $"error looking up service account {pod.Namespace()}/{account}: serviceaccount \"{account}\" not found");
        if (cluster.Store.Get(KubeResource.Namespaces, "", pod.Namespace()).Label("pod-security.kubernetes.io/enforce") == "restricted"
            && PodSecurity.Violations(pod["spec"]) is { } violations)
        {
            throw KubeException.Forbidden(KubeResource.Pods, pod.Name(), violations);
        }

        if (cluster.BehaviourOf(Cluster.Facts(pod)).DenialWords is { Length: > 0 } words)
            throw KubeException.Forbidden(KubeResource.Pods, pod.Name(), words);
    }

    private static void SetDefaults(KubeResource resource, JsonObject item)
    {
        if (resource == KubeResource.Namespaces)
        {
            item.Child("metadata").Child("labels")["kubernetes.io/metadata.name"] = item.Name();
            item.Child("spec")["finalizers"] ??= new JsonArray("kubernetes");
            item["status"] ??= new JsonObject { ["phase"] = "Active" };
        }
        else if (resource == KubeResource.Secrets)
        {
            item["type"] ??= "Opaque";
            foreach (var (name, value) in item.Pairs("stringData").ToArray())
                item.Child("data")[name] = Convert.ToBase64String(Encoding.UTF8.GetBytes(value));
            item.Remove("stringData");
        }
        else if (resource == KubeResource.Services)
        {
            item.Child("spec")["type"] ??= "ClusterIP";
            item.Child("spec")["clusterIP"] ??= "10.43.0.17";
        }
        else if (resource == KubeResource.StatefulSets || resource == KubeResource.Deployments)
        {
            item.Child("spec")["replicas"] ??= 1;
            item.Child("spec")["revisionHistoryLimit"] ??= 10;
            if (resource == KubeResource.StatefulSets)
                item.Child("spec")["podManagementPolicy"] ??= "OrderedReady";
        }
    }
}
