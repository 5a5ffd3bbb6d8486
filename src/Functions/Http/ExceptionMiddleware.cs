using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MultiAgentInfra.Functions.Http;

/// <summary>The outermost step of every HTTP function: what it throws becomes a problem, because the worker would answer 200 without a body.</summary>
public sealed partial class ExceptionMiddleware(ILogger<ExceptionMiddleware> logger) : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Exception exception) when (context.GetHttpContext() is { Response.HasStarted: false } http)
        {
            await AnswerAsync(http, context.FunctionDefinition.Name, exception);
        }
    }

    private async Task AnswerAsync(HttpContext http, string function, Exception exception)
    {
        if (exception is OperationCanceledException && http.RequestAborted.IsCancellationRequested)
            return;

        var problem = exception switch
        {
            ProblemException { Problem: var known } => known,
            BadHttpRequestException { StatusCode: var status } => Problems.BadRequest(status),
            _ => Problems.Internal(),
        };
        if (problem.Status == StatusCodes.Status500InternalServerError)
            Log.Failed(logger, function, exception);
        http.Response.Clear();
        await problem.ExecuteAsync(http);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The function {function} failed")]
        public static partial void Failed(ILogger logger, string function, Exception exception);
    }
}
