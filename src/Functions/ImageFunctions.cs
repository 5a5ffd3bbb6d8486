using Microsoft.AspNetCore.Http;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Functions.Http;
using MultiAgentInfra.Functions.Maintenance;
using MultiAgentInfra.Functions.Security;

namespace MultiAgentInfra.Functions;

/// <summary>The images of the caller's agents, and how long they stay.</summary>
public sealed class ImageFunctions(ImageStore images, RetentionPolicy retention)
{
    private const int DefaultPage = 50;
    private const int LargestPage = 100;

    [Function("ListImages")]
    public async Task<IResult> ListAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "images")] HttpRequest request)
    {
        var (cursor, limit, aborted) = (request.Text("cursor"), (int)request.Whole("limit", 1, LargestPage, DefaultPage), request.HttpContext.RequestAborted);
        if (await images.ListAsync(request.Caller().OrganizationId, cursor, limit, aborted) is not { } page)
            return Problems.InvalidParameter("cursor", "must be the nextCursor of a page");

        // What housekeeping would do if it ran now: nobody has to wait for it to see what goes.
        var judged = retention.Judge(await images.TakeInventoryAsync(aborted)).ToDictionary(image => (image.Image.Image.Repository, image.Image.Image.Digest));
        var items = page.Images.Select(image => ImageBody.Of(image, judged.GetValueOrDefault((image.Image.Repository, image.Image.Digest))));
        return Results.Json(new ImagePageBody([.. items], page.NextCursor), WireJson.Default.ImagePageBody);
    }
}
