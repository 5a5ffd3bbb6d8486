using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>What an API server says about itself.</summary>
internal sealed class Discovery(Cluster cluster)
{
    public JsonNode? Find(string path) => path.Split('/') switch
    {
        ["version"] => new JsonObject { ["major"] = "1", ["minor"] = "31", ["gitVersion"] = Cluster.KubernetesVersion, ["platform"] = "linux/amd64" },
        ["apis"] => new JsonObject
        {
            ["kind"] = "APIGroupList",
            ["apiVersion"] = "v1",
            ["groups"] = new JsonArray([.. Served().Where(resource => resource.Group.Length > 0).DistinctBy(resource => resource.Group).Select(resource => new JsonObject
            {
                ["name"] = resource.Group,
                ["versions"] = new JsonArray(new JsonObject { ["groupVersion"] = resource.ApiVersion, ["version"] = resource.Version }),
                ["preferredVersion"] = new JsonObject { ["groupVersion"] = resource.ApiVersion, ["version"] = resource.Version },
            })]),
        },
        ["api", "v1"] => ResourceList("v1"),
        ["apis", var group, var version] when Served().Any(resource => resource.ApiVersion == $"{group}/{version}") => ResourceList($"{group}/{version}"),
        _ => null,
    };

    private IEnumerable<KubeResource> Served() => KubeResource.All.Where(cluster.Serves);

    private JsonObject ResourceList(string version) => new()
    {
        ["kind"] = "APIResourceList",
        ["apiVersion"] = "v1",
        ["groupVersion"] = version,
        ["resources"] = new JsonArray([.. Served().Where(resource => resource.ApiVersion == version).Select(resource => new JsonObject
        {
            ["name"] = resource.Plural,
            ["singularName"] = resource.Kind.ToLowerInvariant(),
            ["namespaced"] = resource.Namespaced,
            ["kind"] = resource.Kind,
            ["verbs"] = new JsonArray("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"),
        })]),
    };
}
