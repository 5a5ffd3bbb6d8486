using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Hosting;

namespace MultiAgentInfra.EmbeddedRuntime.Hosting;

/// <summary>Answers a request by a function: key, middleware, method, result.</summary>
internal sealed class HttpFunctionEndpoint(FunctionPipeline pipeline, FunctionKeys keys, IHostApplicationLifetime lifetime)
{
    private readonly RouteClaims _claims = new();

    public void Map(IEndpointRouteBuilder app, string prefix, FunctionDescriptor function)
    {
        var trigger = function.HttpTrigger!;
        var pattern = RoutePatternFactory.Parse($"/{prefix}/{(trigger.Route ?? function.Name).Trim('/')}".Replace("//", "/", StringComparison.Ordinal));
        var names = pattern.Parameters.Select(parameter => parameter.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        ParameterBinder.Require(function, names);
        _claims.Add(pattern, function);
        var endpoint = app.Map(pattern, context => AnswerAsync(context, function)).WithMetadata(function).WithDisplayName(function.Name);
        if (trigger.Methods is { Length: > 0 } methods)
            endpoint.WithMetadata(new HttpMethodMetadata(methods.Select(method => method.ToUpperInvariant())));
    }

    private async Task AnswerAsync(HttpContext http, FunctionDescriptor function)
    {
        var data = new Dictionary<string, object?>(http.Request.RouteValues, StringComparer.OrdinalIgnoreCase);
        if (!ParameterBinder.Fit(data, function))
        {
            await Problem.WriteAsync(http, StatusCodes.Status404NotFound);
            return;
        }

        if (!keys.Allow(function.HttpTrigger!.AuthLevel, http.Request))
        {
            await Problem.WriteAsync(http, StatusCodes.Status401Unauthorized);
            return;
        }

        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        var context = new InvocationContext(function, http.RequestServices, http.Request, data, cancellation.Token);
        context.Items[FunctionContextExtensions.HttpContextKey] = http;
        await pipeline.RunAsync(context);
        if (context.Result is IResult result)
            await result.ExecuteAsync(http);
    }
}
