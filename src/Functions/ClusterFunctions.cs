using Microsoft.AspNetCore.Http;
using MultiAgentInfra.Functions.Http;
using MultiAgentInfra.Functions.Security;

namespace MultiAgentInfra.Functions;

/// <summary>Which clusters there are, and how they are.</summary>
public sealed class ClusterFunctions(ClusterViews clusters)
{
    [Function("ListClusters")]
    public async Task<IResult> ListAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "clusters")] HttpRequest request)
    {
        var views = await clusters.ListAsync(request.Caller().OrganizationId, request.HttpContext.RequestAborted);
        return Results.Json(new ClusterListBody([.. views.Select(ClusterBody.Of)]), WireJson.Default.ClusterListBody);
    }

    [Function("GetClusterHealth")]
    public async Task<IResult> GetHealthAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "clusters/{id}/health")] HttpRequest request, string id) =>
        await clusters.FindAsync(id, request.Caller().OrganizationId, request.HttpContext.RequestAborted) is { } view
            ? Results.Json(ClusterHealthBody.Of(view), WireJson.Default.ClusterHealthBody)
            : Problems.NotFound("cluster");
}
