using Microsoft.AspNetCore.Http;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>The way to the API servers. Portainer's own refusals have its shape; what a cluster answers passes unchanged.</summary>
internal sealed class KubernetesProxy(PortainerState state)
{
    /// <returns>Null when the environment does not answer.</returns>
    public KubeAnswer? Forward(PortainerCall call, byte[] body)
    {
        var environment = state.Environment(call.Route("id"), call.User);
        if (environment.Cluster is not { } cluster)
            throw new PortainerException(500, "Unable to proxy the request", "The environment is no Kubernetes cluster");
        if (!environment.IsUp)
            return environment.Type == 7 ? throw new PortainerException(500, "Unable to get the active tunnel", "Tunnel is not open") : null;
        var (http, path) = (call.Context.Request, call.Context.Request.RouteValues["path"]?.ToString() ?? "");
        if (HttpMethods.IsDelete(http.Method) && path.Split('/') is ["api", "v1", "namespaces", var name])
            Forget(environment.Id, name);
        return cluster.Api.Handle(new(http.Method, path, http.QueryString.Value ?? "", http.ContentType ?? "", body, call.User.IsAdmin ? null : call.User, call.IsStale));
    }

    // Before the cluster has heard of it, and whatever the cluster then says.
    private void Forget(int environmentId, string @namespace)
    {
        foreach (var registry in state.Registries.Values)
            registry.Namespaces.GetValueOrDefault(environmentId)?.Remove(@namespace);
        foreach (var row in state.Stacks.Values.Where(row => row.EnvironmentId == environmentId && row.Namespace == @namespace).ToArray())
            state.Drop(row.Id);
    }
}
