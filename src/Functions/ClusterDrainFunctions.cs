using Microsoft.AspNetCore.Http;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core;
using MultiAgentInfra.Functions.Http;
using MultiAgentInfra.Functions.Security;

namespace MultiAgentInfra.Functions;

/// <summary>Lets operators take a cluster out of the choice for new agents.</summary>
public sealed class ClusterDrainFunctions(ClusterViews clusters, ClusterStore store, Operators operators)
{
    /// <summary>Agents that are there stay, and are deployed there again: their volumes do not move.</summary>
    [Function("DrainCluster")]
    public async Task<IResult> DrainAsync([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "clusters/{id}/drain")] HttpRequest request, string id)
    {
        var (caller, cancellation) = (request.Caller(), request.HttpContext.RequestAborted);
        if (!operators.Include(caller))
            return Problems.Forbidden("Only operators drain clusters: those whom the setting Operators:Subjects names.");
        var drained = await ReadAsync(request, cancellation);
        if (await clusters.FindAsync(id, caller.OrganizationId, cancellation) is not { } view)
            return Problems.NotFound("cluster");
        await store.SetDrainedAsync(id, drained, caller.Subject, CancellationToken.None);
        return Results.Json(new ClusterDrainBody(id, drained, view.Own, view.Others), WireJson.Default.ClusterDrainBody);
    }

    /// <summary>Without a body it is to be drained.</summary>
    private static async Task<bool> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength is null or 0 && request.ContentType is null)
            return true;
        var errors = new List<FieldError>();
        using var json = JsonBody.Parse(await JsonBody.ReadAsync(request, cancellationToken), errors);
        var body = new ObjectReader(json.RootElement, "", errors);
        var drained = body.Optional("drained") is null || body.RequiredFlag("drained");
        body.End();
        return errors.Count == 0 ? drained : throw new ProblemException(Problems.Validation(errors));
    }
}
