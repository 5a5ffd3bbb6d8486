namespace MultiAgentInfra.Clients.Kubernetes;

/// <summary>The addresses of a Kubernetes API server, relative to its root.</summary>
internal static class KubernetesRoutes
{
    /// <param name="space">Null for all namespaces, and for what is in none.</param>
    public static string Collection(KubernetesKind kind, string? space) =>
        $"{(kind.ApiVersion.Contains('/', StringComparison.Ordinal) ? "apis" : "api")}/{kind.ApiVersion}/{(space is null ? "" : $"namespaces/{Escape(space)}/")}{kind.Plural}";

    public static string One(KubernetesKind kind, string? space, string name) => $"{Collection(kind, space)}/{Escape(name)}";

    /// <param name="query">Names and values; those without a value are left out.</param>
    public static string With(string route, params (string Name, string? Value)[] query)
    {
        var given = query.Where(parameter => !string.IsNullOrEmpty(parameter.Value)).Select(parameter => $"{parameter.Name}={Escape(parameter.Value!)}").ToList();
        return given.Count == 0 ? route : $"{route}?{string.Join('&', given)}";
    }

    /// <summary>The agent's own HTTP server, asked by the API server on our behalf.</summary>
    public static string PodProxy(string space, string pod, int port, string path) =>
        FormattableString.Invariant($"{One(KubernetesKind.Pod, space, pod)}:{port}/proxy/{path}");

    private static string Escape(string text) => Uri.EscapeDataString(text);
}
