using Microsoft.AspNetCore.Http;

namespace MultiAgentInfra.EmbeddedRuntime;

/// <summary>The HTTP side of an invocation.</summary>
public static class FunctionContextExtensions
{
    internal const string HttpContextKey = "HttpRequestContext";

    /// <summary>The request that started the function, or null when another trigger did.</summary>
    public static HttpContext? GetHttpContext(this FunctionContext context) =>
        context.Items.TryGetValue(HttpContextKey, out var item) && item is HttpContext httpContext ? httpContext : null;
}
