using Microsoft.AspNetCore.Http;
using MultiAgentInfra.Clients.Artifacts;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Functions.Http;
using MultiAgentInfra.Functions.Security;

namespace MultiAgentInfra.Functions;

/// <summary>What operations leave: build logs, scan reports, lists of components.</summary>
public sealed class ArtifactFunctions(OperationStore operations, OperationArtifactStore artifacts, OperationArtifacts contents)
{
    [Function("GetArtifact")]
    public async Task<IResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "operations/{id}/artifacts/{name}")] HttpRequest request, string id, string name)
    {
        var cancellation = request.HttpContext.RequestAborted;
        if (!Guid.TryParseExact(id, "D", out var operationId) || await operations.GetAsync(request.Caller().OrganizationId, operationId, cancellation) is null)
            return Problems.NotFound("operation");
        var artifact = (await artifacts.ListAsync(operationId, cancellation)).FirstOrDefault(artifact => artifact.Name == name);
        if (artifact is null || await contents.OpenAsync(artifact, cancellation) is not { } content)
            return Problems.NotFound("artifact");

        // A browser must neither show it as a page of this origin nor guess what it is.
        request.HttpContext.Response.Headers.XContentTypeOptions = "nosniff";
        // No length is promised: content that turns out to be damaged at its end breaks the answer off, so that nobody takes it for whole.
        return Results.Stream(content, artifact.MediaType, fileDownloadName: artifact.Name);
    }
}
