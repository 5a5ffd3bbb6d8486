using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace MultiAgentInfra.EmbeddedRuntime.Hosting;

/// <summary>The outermost step: answers exceptions and unknown routes with problem details, and names the trace in <c>traceparent</c>.</summary>
internal sealed partial class ProblemMiddleware(IHostApplicationLifetime lifetime, ILogger<ProblemMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        // ASP.NET Core starts an activity only when somebody listens or logs; a problem needs its trace id in any case.
        using var own = Activity.Current is null ? StartActivity(http.Request) : null;
        var traceParent = Activity.Current?.Id;
        http.Response.OnStarting(() =>
        {
            http.Response.Headers.TraceParent = traceParent;
            return Task.CompletedTask;
        });
        try
        {
            await next(http);
            var byHost = http.GetEndpoint()?.Metadata.GetMetadata<FunctionDescriptor>() is null;
            if (byHost && http.Response is { HasStarted: false, StatusCode: >= 400 })
                await Problem.WriteAsync(http, http.Response.StatusCode);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client is gone: there is nobody to answer.
        }
        catch (Exception exception)
        {
            await AnswerAsync(http, exception);
        }
    }

    private async Task AnswerAsync(HttpContext http, Exception exception)
    {
        var status = exception switch
        {
            BadHttpRequestException bad => bad.StatusCode,
            OperationCanceledException when lifetime.ApplicationStopping.IsCancellationRequested => StatusCodes.Status503ServiceUnavailable,
            _ => StatusCodes.Status500InternalServerError,
        };
        if (status == StatusCodes.Status500InternalServerError)
            Log.Failed(logger, http.Request.Method, http.Request.Path, exception);

        if (http.Response.HasStarted)
        {
            // Ending the connection is the only way left to say that the body is not complete.
            http.Abort();
            return;
        }

        http.Response.Clear();
        await Problem.WriteAsync(http, status);
    }

    private static Activity StartActivity(HttpRequest request)
    {
        var activity = new Activity("Request");
        if (request.Headers[HeaderNames.TraceParent].ToString() is { Length: > 0 } parent && ActivityContext.TryParse(parent, null, out _))
            activity.SetParentId(parent);

        return activity.Start();
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "{method} {path} failed")]
        public static partial void Failed(ILogger logger, string method, PathString path, Exception exception);
    }
}
