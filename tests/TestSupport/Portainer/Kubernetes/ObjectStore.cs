using System.Globalization;
using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>One object before and after a change; null where it did not, or does no longer, exist.</summary>
internal sealed record ObjectChange(KubeResource Resource, JsonObject? Before, JsonObject? After)
{
    public JsonObject Either => After ?? Before!;
}

/// <summary>What etcd holds. An object in it never changes: a change puts another in its place, with a newer resourceVersion.</summary>
internal sealed class ObjectStore(Agenda agenda)
{
    private readonly Dictionary<(KubeResource Resource, string Namespace), SortedDictionary<string, JsonObject>> _objects = [];
    private readonly Dictionary<KubeResource, SortedSet<string>> _namespaces = [];
    private readonly Dictionary<string, HashSet<(KubeResource Resource, string Namespace, string Name)>> _owned = [];
    private readonly Dictionary<KubeResource, ObjectChange> _lastChange = [];
    private long _version = 1000;
    private long _uid;

    public event Action<ObjectChange>? Changed;

    public long Version => _version;

    public JsonObject? Find(KubeResource resource, string @namespace, string name) =>
        _objects.TryGetValue((resource, resource.Namespaced ? @namespace : ""), out var named) ? named.GetValueOrDefault(name) : null;

    public JsonObject Get(KubeResource resource, string @namespace, string name) =>
        Find(resource, @namespace, name) ?? throw KubeException.NotFound(resource, name);

    /// <param name="namespace">Null for all.</param>
    public IEnumerable<JsonObject> List(KubeResource resource, string? @namespace = null)
    {
        IEnumerable<string> namespaces = !resource.Namespaced ? [""] : @namespace is not null ? [@namespace] : _namespaces.GetValueOrDefault(resource) ?? [];
        return namespaces.SelectMany(one => _objects.TryGetValue((resource, one), out var named) ? named.Values : Enumerable.Empty<JsonObject>());
    }

    /// <summary>As it was before the last object was made, removed, or changed by a request.</summary>
    public IEnumerable<JsonObject> StaleList(KubeResource resource, string? @namespace)
    {
        if (_lastChange.GetValueOrDefault(resource) is not { } change || (@namespace is not null && change.Either.Namespace() != @namespace))
            return List(resource, @namespace);
        var others = List(resource, @namespace).Where(item => item.Uid() != change.Either.Uid());
        return change.Before is null ? others : others.Append(change.Before);
    }

    /// <summary>What names the object of this uid as its controller.</summary>
    public IEnumerable<JsonObject> Owned(string uid, KubeResource resource) => _owned.TryGetValue(uid, out var keys)
        ? keys.Where(key => key.Resource == resource).Select(key => Find(key.Resource, key.Namespace, key.Name)).OfType<JsonObject>().OrderBy(item => item.Name(), StringComparer.Ordinal)
        : [];

    public IReadOnlyList<(KubeResource Resource, JsonObject Item)> OwnedBy(string uid) => _owned.TryGetValue(uid, out var keys)
        ? [.. keys.Select(key => (key.Resource, Find(key.Resource, key.Namespace, key.Name)!))]
        : [];

    public JsonObject Create(KubeResource resource, JsonObject item)
    {
        var name = item.Name();
        if (Find(resource, item.Namespace(), name) is not null)
            throw KubeException.AlreadyExists(resource, name);
        var made = new JsonObject { ["apiVersion"] = resource.ApiVersion, ["kind"] = resource.Kind };
        foreach (var (key, value) in item.Copy())
        {
            if (key is not ("apiVersion" or "kind"))
                made[key] = value?.DeepClone();
        }

        var metadata = made.Child("metadata");
        metadata["uid"] = NewUid();
        metadata["creationTimestamp"] = agenda.Now.Stamp();
        if (made.ContainsKey("spec"))
            metadata["generation"] = 1;
        metadata["resourceVersion"] = NextVersion();
        Put(resource, made);
        Told(new(resource, null, made), remember: true);
        return made;
    }

    /// <returns>The object as it is now; the same one when the change changes nothing.</returns>
    public JsonObject Update(KubeResource resource, JsonObject item, Action<JsonObject> change, bool byRequest = false)
    {
        var before = Get(resource, item.Namespace(), item.Name());
        var after = before.Copy();
        change(after);
        if (JsonNode.DeepEquals(before, after))
            return before;
        if (byRequest && after.Any(part => part.Key is not ("metadata" or "status") && !JsonNode.DeepEquals(part.Value, before[part.Key])) && after.ContainsKey("spec"))
            after.Child("metadata")["generation"] = (before.Number("metadata", "generation") ?? 0) + 1;
        after.Child("metadata")["resourceVersion"] = NextVersion();
        foreach (var owner in before.Items("metadata", "ownerReferences"))
            _owned.GetValueOrDefault(owner.Text("uid")!)?.Remove((resource, before.Namespace(), before.Name()));
        Put(resource, after);
        Told(new(resource, before, after), byRequest);
        return after;
    }

    public void Remove(KubeResource resource, JsonObject item)
    {
        if (Find(resource, item.Namespace(), item.Name()) is not { } found || found.Uid() != item.Uid())
            return;
        NextVersion();
        _objects[(resource, found.Namespace())].Remove(found.Name());
        foreach (var owner in found.Items("metadata", "ownerReferences"))
            _owned.GetValueOrDefault(owner.Text("uid")!)?.Remove((resource, found.Namespace(), found.Name()));
        Told(new(resource, found, null), remember: true);
    }

    private void Put(KubeResource resource, JsonObject item)
    {
        var key = (resource, item.Namespace());
        if (!_objects.TryGetValue(key, out var named))
        {
            _objects[key] = named = new(StringComparer.Ordinal);
            if (!_namespaces.TryGetValue(resource, out var namespaces))
                _namespaces[resource] = namespaces = new(StringComparer.Ordinal);
            namespaces.Add(key.Item2);
        }

        named[item.Name()] = item;
        foreach (var owner in item.Items("metadata", "ownerReferences"))
        {
            var uid = owner.Text("uid")!;
            if (!_owned.TryGetValue(uid, out var keys))
                _owned[uid] = keys = [];
            keys.Add((resource, item.Namespace(), item.Name()));
        }
    }

    private void Told(ObjectChange change, bool remember)
    {
        if (remember)
            _lastChange[change.Resource] = change;
        Changed?.Invoke(change);
    }

    private string NextVersion() => (++_version).ToString(CultureInfo.InvariantCulture);

    private string NewUid() => Guid.NewGuid().ToString("D")[..24] + (++_uid).ToString("x12", CultureInfo.InvariantCulture);
}
