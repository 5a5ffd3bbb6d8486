using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Hosting;

/// <summary>What the functions and the middleware saw, in order.</summary>
public sealed class Journal
{
    private readonly ConcurrentQueue<string> _lines = [];

    public IReadOnlyList<string> Lines => [.. _lines];

    public void Add(string line) => _lines.Enqueue(line);
}

public sealed class Greeter(string greeting)
{
    public string Greet(string name) => $"{greeting} {name}";
}

public sealed class SampleFunctions(Journal journal)
{
    [Function("Greet")]
    public IResult Greet([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "greet/{name}")] HttpRequest request, string name, [DurableClient] Greeter greeter)
    {
        journal.Add($"Greet {request.Method}");
        return Results.Text(greeter.Greet(name));
    }

    [Function("Count")]
    public static Task<IResult> Count([HttpTrigger(AuthorizationLevel.Anonymous, "GET", Route = "count/{n:int}")] HttpRequest request, int n) =>
        Task.FromResult(Results.Text($"{n + 1} {request.Method}"));

    [Function("Item")]
    public static IResult Item([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "items/{id}/{page?}")] HttpRequest request, Guid id, int? page) =>
        Results.Text($"{id} {page?.ToString() ?? "none"} {request.Method}");

    [Function("DeleteItem")]
    public static IResult DeleteItem([HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "items/{id}")] HttpRequest request, Guid id) =>
        Results.Json(new { id, request.Method });

    [Function("Default")]
    public static IResult Default([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request, FunctionContext context) =>
        Results.Text($"{request.Method} {context.FunctionDefinition.Name} {context.TraceContext.TraceParent}");

    [Function("Fail")]
    public static Task<IResult> Fail([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "fail")] HttpRequest request) =>
        throw new InvalidOperationException($"the canary of {request.Path}");

    [Function("Echo")]
    public static async Task<IResult> Echo([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "echo")] HttpRequest request, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(request.Body);
        return Results.Text(await reader.ReadToEndAsync(cancellationToken));
    }

    [Function("Missing")]
    public static IResult Missing([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "missing")] HttpRequest request) =>
        Results.NotFound();
}

public static class KeyedFunctions
{
    [Function("Keyed")]
    public static IResult Keyed([HttpTrigger(AuthorizationLevel.Function, "get", Route = "keyed")] HttpRequest request) => Results.Text(request.Method);

    [Function("Admin")]
    public static IResult Admin([HttpTrigger(AuthorizationLevel.Admin, "get", Route = "admin")] HttpRequest request) => Results.Text(request.Method);
}

public sealed class StreamingFunctions(Journal journal, StreamGate gate)
{
    [Function("Events")]
    public async Task<IResult> Events([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "events")] HttpRequest request, CancellationToken cancellationToken)
    {
        var response = request.HttpContext.Response;
        response.ContentType = "text/event-stream";
        await response.WriteAsync("data: first\n\n", cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
        try
        {
            await gate.Opened.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            journal.Add("Cancelled");
            throw;
        }

        await response.WriteAsync("data: second\n\n", cancellationToken);
        return Results.Empty;
    }
}

public sealed class StreamGate
{
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Opened => _opened.Task;

    public void Open() => _opened.SetResult();
}
