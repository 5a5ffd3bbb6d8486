using System.Globalization;
using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>What quotas and limit ranges of a namespace do to what is made in it.</summary>
internal sealed class Quotas(ObjectStore store)
{
    private static readonly Dictionary<KubeResource, string> Counted = new()
    {
        [KubeResource.Pods] = "pods",
        [KubeResource.Claims] = "persistentvolumeclaims",
        [KubeResource.Services] = "services",
        [KubeResource.Secrets] = "secrets",
        [KubeResource.ConfigMaps] = "configmaps",
        [KubeResource.Quotas] = "resourcequotas",
    };

    private readonly Dictionary<string, Dictionary<string, long>> _podsAsk = [];

    /// <exception cref="KubeException">It exceeds a quota, or a limit range.</exception>
    public void Admit(KubeResource resource, JsonObject item)
    {
        if (resource == KubeResource.Pods)
            Limit(item);
        if (!Counted.ContainsKey(resource))
            return;
        var asked = Asked(resource, item);
        foreach (var quota in store.List(KubeResource.Quotas, item.Namespace()))
        {
            var hard = quota.Pairs("spec", "hard").ToArray();
            if (resource == KubeResource.Pods)
                MustSpecify(quota.Name(), item, hard.Select(pair => pair.Key));
            if (!hard.Any(pair => asked.ContainsKey(pair.Key)))
                continue;
            // What counts against one kind of object is asked for by no other.
            var used = Used(item.Namespace(), [resource]);
            var exceeded = hard
                .Where(pair => asked.GetValueOrDefault(pair.Key) is > 0 and var wanted && used.GetValueOrDefault(pair.Key) + wanted > Quantity.Milli(pair.Value))
                .OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .ToArray();
            if (exceeded.Length > 0)
            {
                var requested = string.Join(",", exceeded.Select(pair => $"{pair.Key}={Write(pair.Key, asked[pair.Key])}"));
                var taken = string.Join(",", exceeded.Select(pair => $"{pair.Key}={Write(pair.Key, used.GetValueOrDefault(pair.Key))}"));
                var limited = string.Join(",", exceeded.Select(pair => $"{pair.Key}={pair.Value}"));
                throw KubeException.Forbidden(resource, item.Name(), $"exceeded quota: {quota.Name()}, requested: {requested}, used: {taken}, limited: {limited}");
            }
        }
    }

    /// <summary>The quota as it is read: with what is used.</summary>
    public JsonObject WithUse(JsonObject quota)
    {
        var (used, copy) = (Used(quota.Namespace(), Counted.Keys), quota.Copy());
        copy["status"] = new JsonObject
        {
            ["hard"] = quota.At("spec", "hard")?.DeepClone(),
            ["used"] = new JsonObject(quota.Pairs("spec", "hard").Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)Write(pair.Key, used.GetValueOrDefault(pair.Key))))),
        };
        return copy;
    }

    private Dictionary<string, long> Used(string @namespace, IEnumerable<KubeResource> resources)
    {
        var used = new Dictionary<string, long>();
        foreach (var resource in resources)
        {
            foreach (var item in store.List(resource, @namespace).Where(item => resource != KubeResource.Pods || !Controllers.IsOver(item)))
            {
                foreach (var (name, amount) in AskedOnce(resource, item))
                    used[name] = used.GetValueOrDefault(name) + amount;
            }
        }

        return used;
    }

    // What a pod asks for never changes, and is asked for with each pod that is made beside it.
    private Dictionary<string, long> AskedOnce(KubeResource resource, JsonObject item)
    {
        if (resource != KubeResource.Pods)
            return Asked(resource, item);
        if (!_podsAsk.TryGetValue(item.Uid(), out var asked))
            _podsAsk[item.Uid()] = asked = Asked(resource, item);
        return asked;
    }

    private static Dictionary<string, long> Asked(KubeResource resource, JsonObject item)
    {
        var asked = new Dictionary<string, long>();
        if (!Counted.TryGetValue(resource, out var counted))
            return asked;
        asked[counted] = asked["count/" + counted] = 1000;
        if (resource == KubeResource.Claims)
            asked["requests.storage"] = Quantity.Milli(item.At("spec", "resources", "requests", "storage"));
        if (resource != KubeResource.Pods)
            return asked;
        foreach (var container in item.Items("spec", "containers"))
        {
            foreach (var kind in new[] { "requests", "limits" })
            {
                foreach (var (name, amount) in container.Pairs("resources", kind))
                    asked[$"{kind}.{name}"] = asked.GetValueOrDefault($"{kind}.{name}") + Quantity.Milli(amount);
            }
        }

        foreach (var name in new[] { "cpu", "memory" })
            asked[name] = asked.GetValueOrDefault("requests." + name);
        return asked;
    }

    private static void MustSpecify(string quota, JsonObject pod, IEnumerable<string> hard)
    {
        var names = pod.Items("spec", "containers").SelectMany(container => hard
            .Where(name => name.Split('.') is [("requests" or "limits") and var kind, ("cpu" or "memory") and var amount] && container.At("resources", kind, amount) is null)
            .Select(name => (Amount: name, Container: container.Text("name"))))
            .GroupBy(missing => missing.Container)
            .Select(group => $"must specify {string.Join(",", group.Select(missing => missing.Amount).Order(StringComparer.Ordinal))} for: {group.Key}")
            .ToArray();
        if (names.Length > 0)
            throw KubeException.Forbidden(KubeResource.Pods, pod.Name(), $"failed quota: {quota}: {string.Join("; ", names)}");
    }

    // Defaults first, as a limit range of containers gives them; a limit alone is the request too.
    private void Limit(JsonObject pod)
    {
        var limits = store.List(KubeResource.LimitRanges, pod.Namespace()).SelectMany(range => range.Items("spec", "limits")).Where(limit => limit.Text("type") == "Container").ToArray();
        foreach (var container in pod.Items("spec", "containers"))
        {
            var resources = container.Child("resources");
            foreach (var (name, amount) in resources.Pairs("limits").ToArray())
                resources.Child("requests")[name] ??= amount;
            foreach (var limit in limits)
            {
                foreach (var (name, amount) in limit.Pairs("default"))
                    resources.Child("limits")[name] ??= amount;
                foreach (var (name, amount) in limit.Pairs("defaultRequest"))
                    resources.Child("requests")[name] ??= amount;
                foreach (var (name, most) in limit.Pairs("max"))
                    MustNotExceed(pod, name, (resources.Text("limits", name), most));
            }
        }
    }

    private static void MustNotExceed(JsonObject pod, string name, (string? Limit, string Most) amounts)
    {
        if (amounts.Limit is null)
            throw KubeException.Forbidden(KubeResource.Pods, pod.Name(), $"maximum {name} usage per Container is {amounts.Most}.  No limit is specified");
        if (Quantity.Milli(amounts.Limit) > Quantity.Milli(amounts.Most))
            throw KubeException.Forbidden(KubeResource.Pods, pod.Name(), $"maximum {name} usage per Container is {amounts.Most}, but limit is {amounts.Limit}");
    }

    private static string Write(string name, long milli) =>
        Quantity.Write(milli, binary: name.EndsWith("memory", StringComparison.Ordinal) || name.EndsWith("storage", StringComparison.Ordinal)).ToString(CultureInfo.InvariantCulture);
}
