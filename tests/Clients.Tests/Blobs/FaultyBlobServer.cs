using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Clients.Tests.Blobs;

/// <summary>The blob service of one account, in this process, which answers each request as the test has ordered, and then as it should.</summary>
internal sealed class FaultyBlobServer : LoopbackServer
{
    private readonly ConcurrentDictionary<string, byte[]> _blobs = new();
    private readonly ConcurrentQueue<Func<HttpContext, Task>> _faults = new();
    private readonly ConcurrentQueue<(string Line, IHeaderDictionary Headers)> _requests = new();

    public string Container => $"{Address}/account/container";

    /// <summary>Such as <c>PUT /account/container/a.log</c>, with all headers, in their order.</summary>
    public IReadOnlyList<(string Line, IHeaderDictionary Headers)> Requests => [.. _requests];

    public static async Task<FaultyBlobServer> StartAsync()
    {
        var server = new FaultyBlobServer();
        await server.StartAsync(application =>
        {
            application.MapPut("/account/container/{name}", (HttpContext http, string name) => server.AnswerAsync(http, () => server.PutAsync(http, name)));
            application.MapGet("/account/container/{name}", (HttpContext http, string name) => server.AnswerAsync(http, () => server.GetAsync(http, name)));
            application.MapDelete("/account/container/{name}", (HttpContext http, string name) => server.AnswerAsync(http, () => server.DeleteAsync(http, name)));
        });
        return server;
    }

    /// <summary>Answers the next request that has no other fault before it.</summary>
    public void Order(Func<HttpContext, Task> fault) => _faults.Enqueue(fault);

    /// <summary>In the service's own form (https://learn.microsoft.com/rest/api/storageservices/status-and-error-codes2).</summary>
    public void OrderError(int status, string code, string message, Action<HttpResponse>? also = null) => Order(http =>
    {
        http.Response.StatusCode = status;
        http.Response.Headers["x-ms-error-code"] = code;
        also?.Invoke(http.Response);
        http.Response.ContentType = "application/xml";
        return http.Response.WriteAsync($"\uFEFF<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{code}</Code><Message>{message}</Message>"
            + "<AuthenticationErrorDetail>The string to sign was canary-signed</AuthenticationErrorDetail></Error>");
    });

    private Task AnswerAsync(HttpContext http, Func<Task> answer)
    {
        _requests.Enqueue(($"{http.Request.Method} {http.Request.Path}{http.Request.QueryString}", new HeaderDictionary(http.Request.Headers.ToDictionary())));
        return _faults.TryDequeue(out var fault) ? fault(http) : answer();
    }

    private async Task PutAsync(HttpContext http, string name)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        _blobs[name] = body.ToArray();
        http.Response.StatusCode = StatusCodes.Status201Created;
    }

    private async Task GetAsync(HttpContext http, string name)
    {
        if (_blobs.TryGetValue(name, out var content))
        {
            http.Response.ContentLength = content.Length;
            await http.Response.Body.WriteAsync(content);
            return;
        }

        http.Response.StatusCode = StatusCodes.Status404NotFound;
    }

    private Task DeleteAsync(HttpContext http, string name)
    {
        http.Response.StatusCode = _blobs.TryRemove(name, out _) ? StatusCodes.Status202Accepted : StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
