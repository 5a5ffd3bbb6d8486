namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>What the service account of a user who is no administrator may do: Portainer's own cluster role, and <c>edit</c> in the namespaces that it was given.</summary>
internal static class Rbac
{
    private static readonly string[] ReadableEverywhere = ["namespaces", "nodes", "storageclasses", "ingressclasses"];
    private static readonly string[] OnlyReadable = ["resourcequotas", "limitranges", "namespaces", "events"];
    private static readonly string[] NotEvenReadable = ["roles", "rolebindings", "volumesnapshots", "volumesnapshotclasses"];

    public static void Check(KubeRequest request, KubePath path)
    {
        if (request.User is not { } user || IsAllowed(user, request.Method == "GET", path))
            return;
        var verb = request.Method switch
        {
            "GET" => path.Name is null ? "list" : "get",
            "POST" => "create",
            "PUT" => "update",
            "PATCH" => "patch",
            _ => path.Name is null ? "deletecollection" : "delete",
        };
        var subject = $"User \"system:serviceaccount:portainer:portainer-sa-user-{PortainerServer.InstanceId}-{user.Id}\" cannot {verb} resource "
            + $"\"{path.Resource.Plural}{(path.Part is null ? "" : "/" + path.Part)}\" in API group \"{path.Resource.Group}\"";
        var where = path.Namespace is null ? "at the cluster scope" : $"in the namespace \"{path.Namespace}\"";
        throw new KubeException(403, "Forbidden", $"{path.Resource.Qualified} {(path.Name is null ? "" : $"\"{path.Name}\" ")}is forbidden: {subject} {where}", path.Resource, path.Name);
    }

    private static bool IsAllowed(PortainerUser user, bool reads, KubePath path)
    {
        if (path.Resource.Group == "metrics.k8s.io")
            return reads;
        if (!path.Resource.Namespaced)
            return reads && ReadableEverywhere.Contains(path.Resource.Plural);
        return path.Namespace is { } name && (name == "default" || user.Namespaces.Contains(name)) && !NotEvenReadable.Contains(path.Resource.Plural)
            && (reads || !OnlyReadable.Contains(path.Resource.Plural));
    }
}
