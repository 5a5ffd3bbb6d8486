using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using MultiAgentInfra.Clients.Portainer;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Clients.Tests.Portainer;

/// <summary>A Portainer of a few answers, each to one method and path: for what a client makes of an answer, word by word.</summary>
internal sealed class WireServer : LoopbackServer
{
    public const string Key = "ptr_canary/key+of=the/wire==";

    private readonly ConcurrentDictionary<string, (int Status, string Body)> _answers = new();

    /// <summary>Method, path and query of each request, and its body.</summary>
    public ConcurrentQueue<(string Call, string Body, IHeaderDictionary Headers)> Requests { get; } = new();

    public static async Task<WireServer> StartAsync(string version = "2.27.9")
    {
        var server = new WireServer();
        server.Answer("GET /api/system/status", $$"""{"Version":"{{version}}","InstanceID":"x"}""");
        await server.StartAsync(application => application.Use(server.AnswerAsync));
        return server;
    }

    public void Answer(string call, string body, int status = 200) => _answers[call] = (status, body);

    public PortainerConnection Connect() => PortainerConnection.To(new() { Address = Address, ApiKey = Key });

    private async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        var call = $"{context.Request.Method} {context.Request.Path}";
        using var reader = new StreamReader(context.Request.Body);
        Requests.Enqueue((call + context.Request.QueryString, await reader.ReadToEndAsync(), new HeaderDictionary(context.Request.Headers.ToDictionary(header => header.Key, header => header.Value))));
        if (!_answers.TryGetValue(call, out var answer))
        {
            await next(context);
            return;
        }

        context.Response.StatusCode = answer.Status;
        if (answer.Status != StatusCodes.Status204NoContent)
            await context.Response.WriteAsync(answer.Body);
    }
}
