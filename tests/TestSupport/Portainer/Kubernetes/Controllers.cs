using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>Which controllers have work, and what they share: one looks again whenever one of its objects changed.</summary>
internal sealed class Controllers
{
    private readonly Cluster _cluster;
    private readonly HashSet<(KubeResource Resource, string Namespace, string Name)> _dirty = [];
    private readonly Dictionary<string, (KubeResource Resource, string Namespace, string Name, int Tries, string Words)> _denied = [];
    private readonly Dictionary<KubeResource, Action<JsonObject>> _reconcilers;
    private long _names;

    public Controllers(Cluster cluster)
    {
        _cluster = cluster;
        _reconcilers = new()
        {
            [KubeResource.StatefulSets] = new StatefulSets(cluster, this).Reconcile,
            [KubeResource.Deployments] = new Deployments(cluster, this).Reconcile,
            [KubeResource.ReplicaSets] = new ReplicaSets(cluster, this).Reconcile,
            [KubeResource.Jobs] = new Jobs(cluster, this).Reconcile,
        };
    }

    public void Changed(ObjectChange change)
    {
        var item = change.Either;
        if (_reconcilers.ContainsKey(change.Resource) && change.After is not null)
            Look(change.Resource, item.Namespace(), item.Name());
        foreach (var owner in item.Items("metadata", "ownerReferences"))
        {
            if (KubeResource.OfKind(owner.Text("apiVersion"), owner.Text("kind")) is { } resource && _reconcilers.ContainsKey(resource))
                Look(resource, item.Namespace(), owner.Text("name")!);
        }

        if (change.Resource == KubeResource.Quotas || change.Resource == KubeResource.LimitRanges || (change.Resource == KubeResource.Pods && change.After is null))
            RetryDenied(item.Namespace());
    }

    /// <summary>What an admission denied is tried again: a script or a quota changed.</summary>
    public void RetryDenied(string? @namespace = null)
    {
        foreach (var denied in _denied.Values.Where(denied => @namespace is null || denied.Namespace == @namespace).ToArray())
            Look(denied.Resource, denied.Namespace, denied.Name);
    }

    public void Look(KubeResource resource, string @namespace, string name)
    {
        if (!_dirty.Add((resource, @namespace, name)))
            return;
        _cluster.Agenda.After(TimeSpan.Zero, () =>
        {
            _dirty.Remove((resource, @namespace, name));
            if (_cluster.Store.Find(resource, @namespace, name) is { } item && !item.IsDeleting())
                _reconcilers[resource](item);
        });
    }

    public IReadOnlyList<JsonObject> PodsOf(JsonObject owner) => [.. _cluster.Store.Owned(owner.Uid(), KubeResource.Pods)];

    /// <returns>Whether it was made; else an event of the owner says why, and it is tried again later.</returns>
    public bool MakePod(KubeResource resource, JsonObject owner, string name, JsonObject labels, Action<JsonObject>? more = null)
    {
        var template = (JsonObject)owner.At("spec", "template")!;
        var pod = new JsonObject { ["metadata"] = template["metadata"]?.DeepClone() ?? new JsonObject(), ["spec"] = template["spec"]!.DeepClone() };
        var metadata = pod.Child("metadata");
        (metadata["name"], metadata["namespace"], metadata["ownerReferences"]) = (name, owner.Namespace(), OwnedBy(resource, owner));
        foreach (var (key, value) in labels)
            metadata.Child("labels")[key] = value?.DeepClone();
        more?.Invoke(pod);
        try
        {
            var made = _cluster.Admission.Create(KubeResource.Pods, pod, dryRun: false);
            _denied.Remove(owner.Uid());
            var words = resource == KubeResource.StatefulSets ? $"create Pod {name} in StatefulSet {owner.Name()} successful" : $"Created pod: {made.Name()}";
            _cluster.Events.Tell(resource, owner, "SuccessfulCreate", words, Source(resource));
            return true;
        }
        catch (KubeException refused)
        {
            var words = resource == KubeResource.StatefulSets ? $"create Pod {name} in StatefulSet {owner.Name()} failed error: {refused.Message}" : $"Error creating: {refused.Message}";
            _cluster.Events.Warn(resource, owner, "FailedCreate", words, Source(resource));
            var tries = _denied.GetValueOrDefault(owner.Uid()).Tries + 1;
            _denied[owner.Uid()] = (resource, owner.Namespace(), owner.Name(), tries, refused.Message);
            _cluster.Agenda.After(PodEnds.BackOff(tries), () => Look(resource, owner.Namespace(), owner.Name()));
            return false;
        }
    }

    /// <returns>The words of the refusal; null when nothing was refused.</returns>
    public string? Denial(JsonObject owner) => _denied.TryGetValue(owner.Uid(), out var denied) ? denied.Words : null;

    public void DeletePod(JsonObject pod)
    {
        if (!pod.IsDeleting())
            _cluster.Life.Ends.Delete(pod, null);
    }

    public void SetStatus(KubeResource resource, JsonObject item, JsonObject status) =>
        _cluster.Store.Update(resource, item, changed => changed["status"] = status);

    public string NewSuffix() => Hash((++_names).ToString(System.Globalization.CultureInfo.InvariantCulture))[..5];

    public static JsonArray OwnedBy(KubeResource resource, JsonObject owner) => [new JsonObject
    {
        ["apiVersion"] = resource.ApiVersion,
        ["kind"] = resource.Kind,
        ["name"] = owner.Name(),
        ["uid"] = owner.Uid(),
        ["controller"] = true,
        ["blockOwnerDeletion"] = true,
    }];

    public static bool IsReady(JsonObject pod) =>
        pod.Items("status", "conditions").Any(condition => condition.Text("type") == "Ready" && condition.Text("status") == "True");

    public static bool IsOver(JsonObject pod) => pod.Text("status", "phase") is "Succeeded" or "Failed";

    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..10];

    private static string Source(KubeResource resource) => resource.Kind.ToLowerInvariant() + "-controller";
}
