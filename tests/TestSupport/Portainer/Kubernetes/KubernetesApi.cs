using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>The verbs of an API server over the store.</summary>
internal sealed class KubernetesApi(Cluster cluster)
{
    private readonly Discovery _discovery = new(cluster);
    private readonly PodEndpoints _pods = new(cluster);

    public KubeAnswer Handle(KubeRequest request)
    {
        try
        {
            if (request.Path is "healthz" or "livez" or "readyz")
                return new(200, null, "ok", "text/plain");
            if (_discovery.Find(request.Path) is { } discovery)
                return new(200, discovery);
            var path = KubePath.Parse(request.Path) is { } parsed && cluster.Serves(parsed.Resource) ? parsed : throw KubeException.NoSuchPath();
            Rbac.Check(request, path);
            return path.Part switch
            {
                null => request.Method switch
                {
                    "GET" => path.Name is null ? List(request, path) : new(200, Read(path.Resource, Named(path))),
                    "POST" when path.Name is null => Create(request, path),
                    "PUT" when path.Name is not null => new(200, Replace(request, path)),
                    "PATCH" when path.Name is not null => Patch(request, path),
                    "DELETE" => path.Name is null ? DeleteMany(request, path) : Delete(request, path),
                    _ => throw NotAllowed(),
                },
                "scale" when path.Resource.HasScale => Scale(request, path),
                "log" or "proxy" when path.Resource == KubeResource.Pods => _pods.Handle(request, path),
                "status" when request.Method == "GET" => new(200, Read(path.Resource, Named(path))),
                _ => throw KubeException.NoSuchPath(),
            };
        }
        catch (KubeException exception)
        {
            return new(exception.Code, exception.ToStatus());
        }
    }

    private JsonObject Named(KubePath path) => path.Resource.Group == "metrics.k8s.io"
        ? All(path).FirstOrDefault(item => item.Name() == path.Name) ?? throw KubeException.NotFound(path.Resource, path.Name!)
        : cluster.Store.Get(path.Resource, path.Namespace ?? "", path.Name!);

    private JsonNode Read(KubeResource resource, JsonObject item) => resource == KubeResource.Quotas ? cluster.Admission.Quotas.WithUse(item) : item;

    private IEnumerable<JsonObject> All(KubePath path) =>
        path.Resource == KubeResource.PodMetrics ? cluster.Usage.Pods(path.Namespace)
        : path.Resource == KubeResource.NodeMetrics ? cluster.Usage.Nodes()
        : cluster.Store.List(path.Resource, path.Namespace);

    private KubeAnswer List(KubeRequest request, KubePath path)
    {
        if (request.Argument("watch") is "true" or "1")
            throw KubeException.BadRequest("this stand-in has no watches");
        var all = request.Stale ? cluster.Store.StaleList(path.Resource, path.Namespace) : All(path);
        var chosen = all.Where(Selectors.Labels(request.Argument("labelSelector"))).Where(Selectors.Fields(path.Resource, request.Argument("fieldSelector")));
        var skipped = request.Argument("continue") is { Length: > 0 } token ? int.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(token)), CultureInfo.InvariantCulture) : 0;
        var limit = int.TryParse(request.Argument("limit"), CultureInfo.InvariantCulture, out var wanted) && wanted > 0 ? wanted : int.MaxValue;
        var left = chosen.Skip(skipped).ToArray();
        var metadata = new JsonObject { ["resourceVersion"] = cluster.Store.Version.ToString(CultureInfo.InvariantCulture) };
        if (left.Length > limit)
        {
            metadata["continue"] = Convert.ToBase64String(Encoding.UTF8.GetBytes((skipped + limit).ToString(CultureInfo.InvariantCulture)));
            metadata["remainingItemCount"] = left.Length - limit;
        }

        return new(200, null, Write(path.Resource, metadata, left.Take(limit).Select(item => Read(path.Resource, item))));
    }

    // The items of a list have neither apiVersion nor kind.
    private static string Write(KubeResource resource, JsonObject metadata, IEnumerable<JsonNode> items)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("kind", resource.Kind + "List");
            writer.WriteString("apiVersion", resource.ApiVersion);
            writer.WritePropertyName("metadata");
            metadata.WriteTo(writer);
            writer.WriteStartArray("items");
            foreach (var item in items)
            {
                writer.WriteStartObject();
                foreach (var (name, value) in (JsonObject)item)
                {
                    if (name is "apiVersion" or "kind")
                        continue;
                    writer.WritePropertyName(name);
                    if (value is null)
                        writer.WriteNullValue();
                    else
                        value.WriteTo(writer);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private KubeAnswer Create(KubeRequest request, KubePath path)
    {
        var body = request.Json();
        if (KubeResource.OfKind(body.Text("apiVersion") ?? path.Resource.ApiVersion, body.Text("kind") ?? path.Resource.Kind) != path.Resource)
            throw KubeException.BadRequest($"{body.Text("kind")} in version \"{body.Text("apiVersion")}\" cannot be handled as a {path.Resource.Kind}: no kind \"{body.Text("kind")}\" is registered for version \"{body.Text("apiVersion")}\"");
        if (path.Resource.Namespaced)
        {
            if (body.Text("metadata", "namespace") is { } own && own != path.Namespace)
                throw KubeException.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
            body.Child("metadata")["namespace"] = path.Namespace;
        }

        return new(201, cluster.Admission.Create(path.Resource, body, request.IsDryRun));
    }

    private JsonObject Replace(KubeRequest request, KubePath path)
    {
        var body = request.Json();
        return cluster.Admission.Update(path.Resource, Named(path), item =>
        {
            item.Clear();
            foreach (var (name, value) in body)
                item[name] = value?.DeepClone();
            if (path.Namespace is not null)
                item.Child("metadata")["namespace"] = path.Namespace;
        }, request.IsDryRun);
    }

    private KubeAnswer Patch(KubeRequest request, KubePath path)
    {
        switch (request.ContentType.Split(';')[0])
        {
            case "application/merge-patch+json":
                var patch = request.Json();
                return new(200, cluster.Admission.Update(path.Resource, Named(path), item => MergePatch.Apply(item, patch), request.IsDryRun));
            case "application/apply-patch+yaml":
                if (request.Argument("fieldManager") is not { Length: > 0 })
                    throw KubeException.BadRequest("PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch");
                var body = YamlDocuments.Parse(Encoding.UTF8.GetString(request.Body)).Single();
                if (cluster.Store.Find(path.Resource, path.Namespace ?? "", path.Name!) is { } found)
                    return new(200, cluster.Admission.Update(path.Resource, found, item => MergePatch.Apply(item, body), request.IsDryRun));
                if (path.Resource.Namespaced)
                    body.Child("metadata")["namespace"] = path.Namespace;
                return new(201, cluster.Admission.Create(path.Resource, body, request.IsDryRun));
            default:
                throw new KubeException(415, "UnsupportedMediaType", "the body of the request was in an unknown format - accepted media types include: "
                    + "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml");
        }
    }

    private KubeAnswer Scale(KubeRequest request, KubePath path)
    {
        var item = Named(path);
        if (request.Method is "PUT" or "PATCH")
        {
            var replicas = request.Json().Number("spec", "replicas") ?? throw KubeException.BadRequest("spec.replicas is missing");
            if (replicas < 0)
                throw KubeException.Invalid(path.Resource, path.Name!, "spec.replicas: Invalid value: must be greater than or equal to 0");
            item = cluster.Admission.Update(path.Resource, item, changed => changed.Child("spec")["replicas"] = replicas, request.IsDryRun);
        }
        else if (request.Method != "GET")
        {
            throw NotAllowed();
        }

        return new(200, new JsonObject
        {
            ["kind"] = "Scale",
            ["apiVersion"] = "autoscaling/v1",
            ["metadata"] = new JsonObject { ["name"] = item.Name(), ["namespace"] = item.Namespace(), ["uid"] = item.Uid(), ["resourceVersion"] = item.Text("metadata", "resourceVersion") },
            ["spec"] = new JsonObject { ["replicas"] = item.Number("spec", "replicas") ?? 1 },
            ["status"] = new JsonObject { ["replicas"] = item.Number("status", "replicas") ?? 0, ["selector"] = Selectors.Write(item.At("spec", "selector")) },
        });
    }

    private KubeAnswer Delete(KubeRequest request, KubePath path)
    {
        var item = Named(path);
        cluster.Deletions.Delete(path.Resource, item, Options(request, path.Resource));
        // What is only on its way out is answered as an object, and what is gone as a Status.
        if (cluster.Store.Find(path.Resource, item.Namespace(), item.Name()) is { } left && left.Uid() == item.Uid())
            return new(200, left);
        return new(200, new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Success",
            ["details"] = new JsonObject { ["name"] = item.Name(), ["kind"] = path.Resource.Plural, ["uid"] = item.Uid() },
        });
    }

    private KubeAnswer DeleteMany(KubeRequest request, KubePath path)
    {
        if (path.Resource.Namespaced && path.Namespace is null)
            throw NotAllowed();
        var chosen = cluster.Store.List(path.Resource, path.Namespace)
            .Where(Selectors.Labels(request.Argument("labelSelector"))).Where(Selectors.Fields(path.Resource, request.Argument("fieldSelector"))).ToArray();
        foreach (var item in chosen)
            cluster.Deletions.Delete(path.Resource, item, Options(request, path.Resource));
        return new(200, null, Write(path.Resource, [], chosen));
    }

    // Without a word the pods of a Job are preserved; those of every other controller are collected.
    private static DeleteOptions Options(KubeRequest request, KubeResource resource)
    {
        var body = request.Body.Length > 0 ? request.Json() : [];
        var grace = request.Argument("gracePeriodSeconds") ?? body.Text("gracePeriodSeconds");
        return new(
            grace is null ? null : TimeSpan.FromSeconds(long.Parse(grace, CultureInfo.InvariantCulture)),
            request.Argument("propagationPolicy") ?? body.Text("propagationPolicy") ?? (resource == KubeResource.Jobs ? "Orphan" : null),
            body.Text("preconditions", "uid"),
            body.Text("preconditions", "resourceVersion"),
            request.IsDryRun || body["dryRun"] is JsonArray { Count: > 0 });
    }

    private static KubeException NotAllowed() => new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
}
