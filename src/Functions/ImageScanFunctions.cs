using Microsoft.AspNetCore.Http;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Trivy;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.Functions.Http;
using MultiAgentInfra.Functions.Security;

namespace MultiAgentInfra.Functions;

/// <summary>What a scan found in an image, and what the policy of this moment makes of it.</summary>
public sealed class ImageScanFunctions(ImageStore images, ScanStore scans, ScanGate gate)
{
    [Function("GetImageScan")]
    public async Task<IResult> GetAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "images/{digest}/scan")] HttpRequest request, string digest)
    {
        var aborted = request.HttpContext.RequestAborted;
        if (!Digest.TryParse(digest, out var image) || await images.FindAsync(request.Caller().OrganizationId, image, aborted) is not { Image: var pushed })
            return Problems.NotFound("image");

        // An agent image is judged by the runtime that it stands on; its own layer was searched when it was made.
        var judged = await gate.JudgeAsync(pushed.Runtime ?? pushed.Digest, aborted);
        var layer = pushed.Runtime is null ? null : await scans.FindAsync(pushed.Digest, aborted);
        return Results.Json(ImageScanBody.Of(pushed, judged, layer?.Report), WireJson.Default.ImageScanBody);
    }
}
