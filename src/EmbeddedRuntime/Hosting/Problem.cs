using System.Diagnostics;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace MultiAgentInfra.EmbeddedRuntime.Hosting;

/// <summary>The host's own answers as RFC 9457 problem details (https://www.rfc-editor.org/rfc/rfc9457#section-4.2.1).</summary>
internal static partial class Problem
{
    public static Task WriteAsync(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        var details = new Details("about:blank", ReasonPhrases.GetReasonPhrase(status), status, TraceId(http));
        return http.Response.WriteAsJsonAsync(details, DetailsJson.Default.Details, "application/problem+json");
    }

    private static string TraceId(HttpContext http) => Activity.Current?.TraceId.ToHexString() ?? http.TraceIdentifier;

    internal sealed record Details(string Type, string Title, int Status, string TraceId);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(Details))]
    private sealed partial class DetailsJson : JsonSerializerContext;
}
