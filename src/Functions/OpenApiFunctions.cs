using Microsoft.AspNetCore.Http;
using MultiAgentInfra.Functions.Security;

namespace MultiAgentInfra.Functions;

/// <summary>The API's own description, OpenAPI 3.1.</summary>
public sealed class OpenApiFunctions
{
    [Function("GetOpenApi")]
    [PublicFunction]
    public static IResult Get([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "openapi.json")] HttpRequest request) =>
        Results.Stream(Document(), "application/json");

    internal static Stream Document() =>
        typeof(OpenApiFunctions).Assembly.GetManifestResourceStream("openapi.json") ?? throw new InvalidOperationException("openapi.json is not in the assembly.");
}
