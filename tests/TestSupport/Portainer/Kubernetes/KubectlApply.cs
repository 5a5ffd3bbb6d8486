using System.Text;
using System.Text.Json.Nodes;
using YamlDotNet.Core;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>An apply or a delete failed; the words are kubectl's, and what came before the failing document stays.</summary>
internal sealed class KubectlException(string words) : Exception(words);

/// <summary>kubectl, as Portainer runs it on the manifest of a stack: apply without prune, delete with --ignore-not-found.</summary>
internal sealed class KubectlApply(Cluster cluster)
{
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    /// <returns>What kubectl prints.</returns>
    public string Apply(string manifest, string @namespace, IReadOnlyDictionary<string, string> labels, PortainerUser? user)
    {
        var output = new StringBuilder();
        foreach (var (resource, item) in Read(manifest, @namespace))
        {
            MustKnowFields(resource, item);
            foreach (var (name, value) in labels)
                item.Child("metadata").Child("labels")[name] = value;
            try
            {
                output.Append(resource.Kind.ToLowerInvariant()).Append(resource.Group.Length == 0 ? "" : "." + resource.Group)
                    .Append('/').Append(item.Name()).Append(' ').Append(Apply(resource, item, user)).Append('\n');
            }
            catch (KubeException refused)
            {
                throw new KubectlException($"Error from server ({refused.Reason}): error when applying \"STDIN\": {refused.Message}");
            }
        }

        return output.ToString();
    }

    public void Delete(string manifest, string @namespace, PortainerUser? user)
    {
        foreach (var (resource, item) in Read(manifest, @namespace))
        {
            try
            {
                Rbac.Check(new("DELETE", "", "", "", [], user), new(resource, resource.Namespaced ? item.Namespace() : null, item.Name(), null, ""));
                if (cluster.Store.Find(resource, item.Namespace(), item.Name()) is { } found)
                    cluster.Deletions.Delete(resource, found, new(Propagation: "Background"));
            }
            catch (KubeException refused)
            {
                throw new KubectlException($"Error from server ({refused.Reason}): {refused.Message}");
            }
        }
    }

    private string Apply(KubeResource resource, JsonObject item, PortainerUser? user)
    {
        var path = new KubePath(resource, resource.Namespaced ? item.Namespace() : null, item.Name(), null, "");
        var found = cluster.Store.Find(resource, item.Namespace(), item.Name());
        Rbac.Check(new(found is null ? "POST" : "PATCH", "", "", "", [], user), path);
        var manifest = item.ToJsonString();
        var wanted = item.Copy();
        wanted.Child("metadata").Child("annotations")[LastApplied] = manifest;
        if (found is null)
        {
            cluster.Admission.Create(resource, wanted, dryRun: false);
            return "created";
        }

        var last = found.Text("metadata", "annotations", LastApplied) is { } text ? JsonNode.Parse(text) as JsonObject : null;
        return ReferenceEquals(found, cluster.Admission.Update(resource, found, live => MergePatch.ApplyOver(live, last, wanted))) ? "unchanged" : "configured";
    }

    private static IEnumerable<(KubeResource Resource, JsonObject Item)> Read(string manifest, string @namespace)
    {
        IReadOnlyList<JsonObject> documents;
        try
        {
            documents = YamlDocuments.Parse(manifest);
        }
        catch (YamlException exception)
        {
            throw new KubectlException($"error: error parsing STDIN: error converting YAML to JSON: yaml: line {exception.Start.Line}: {exception.Message}");
        }

        if (documents.Count == 0)
            throw new KubectlException("error: no objects passed to apply");
        foreach (var document in documents.SelectMany(Unpacked))
            yield return Resolve(document, @namespace);
    }

    private static IEnumerable<JsonObject> Unpacked(JsonObject document) => document.Text("kind") == "List" ? document.Items("items").Select(item => item.Copy()) : [document];

    // The server validates strictly for kubectl, and for nobody else.
    private static void MustKnowFields(KubeResource resource, JsonObject item)
    {
        if (Fields.TakeUnknown(resource, item) is { Count: > 0 } unknown)
        {
            throw new KubectlException($"Error from server (BadRequest): error when creating \"STDIN\": {resource.Kind} in version \"{resource.Version}\" cannot be handled as a {resource.Kind}: "
                + $"strict decoding error: {string.Join(", ", unknown.Select(field => $"unknown field \"{field}\""))}");
        }
    }

    private static (KubeResource Resource, JsonObject Item) Resolve(JsonObject item, string @namespace)
    {
        if (KubeResource.OfKind(item.Text("apiVersion"), item.Text("kind")) is not { } resource)
        {
            throw new KubectlException($"error: resource mapping not found for name: \"{item.Name()}\" namespace: \"{item.Namespace()}\" from \"STDIN\": "
                + $"no matches for kind \"{item.Text("kind")}\" in version \"{item.Text("apiVersion")}\"\nensure CRDs are installed first");
        }

        if (!resource.Namespaced)
            return (resource, item);
        if (item.Namespace().Length > 0 && @namespace.Length > 0 && item.Namespace() != @namespace)
        {
            throw new KubectlException($"error: the namespace from the provided object \"{item.Namespace()}\" does not match the namespace \"{@namespace}\". "
                + $"You must pass '--namespace={item.Namespace()}' to perform this operation.");
        }

        if (item.Namespace().Length == 0)
            item.Child("metadata")["namespace"] = @namespace.Length > 0 ? @namespace : "default";
        return (resource, item);
    }
}
