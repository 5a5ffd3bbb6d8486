using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Functions.Http;

/// <summary>The paths of the API's own resources; relative to the host, because a proxy's name is not ours to know.</summary>
internal static class Links
{
    public static string Agent(Guid id) => $"/api/agents/{id}";

    public static string Logs(Guid id) => $"/api/agents/{id}/logs";

    public static string Scan(Digest image) => $"/api/images/{image}/scan";

    public static string ClusterHealth(string id) => $"/api/clusters/{Uri.EscapeDataString(id)}/health";

    public static string Operation(Guid id) => $"/api/operations/{id}";

    public static string OperationLog(Guid id) => $"/api/operations/{id}/log";

    public static string Artifact(Guid operationId, string name) => $"/api/operations/{operationId}/artifacts/{name}";
}
