using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace MultiAgentInfra.TestSupport;

/// <summary>The Docker proxy of a Portainer, in front of a real engine: its authentication, its words, and the registry credentials that it keeps.</summary>
public sealed class PortainerServer : LoopbackServer
{
    public const string ApiKey = "ptr_canary/portainer+key/3f6a9c==";
    public const int EndpointId = 3;
    public const int RegistryId = 7;

    private static readonly string[] HopByHop = ["Connection", "Host", "Keep-Alive", "Transfer-Encoding", "Upgrade", "Expect"];

    private readonly HttpMessageInvoker _engine;
    private readonly string _registryAuth;

    private PortainerServer(DockerEngine engine, string registryAuth)
    {
        _registryAuth = registryAuth;
        _engine = new(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(engine.SocketPath), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
    }

    /// <param name="registryAuth">What the registry with <see cref="RegistryId"/> is stored with: the JSON of an X-Registry-Auth.</param>
    public static async Task<PortainerServer> StartAsync(DockerEngine engine, string registryAuth = "{}")
    {
        var server = new PortainerServer(engine, registryAuth);
        await server.StartAsync(application =>
        {
            application.Map($"/api/endpoints/{EndpointId}/docker/{{**path}}", server.ProxyAsync);
            application.Map("/api/endpoints/{id:int}/docker/{**path}", (HttpContext context) =>
                AnswerAsync(context, HttpStatusCode.NotFound, "Unable to find an environment with the specified identifier inside the database"));
        });
        return server;
    }

    private async Task ProxyAsync(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (headers.ContainsKey("X-API-KEY") && headers.ContainsKey("Authorization"))
        {
            await AnswerAsync(context, HttpStatusCode.Forbidden, "api key and auth header are not allowed at the same time");
            return;
        }

        if (!headers.TryGetValue("X-API-KEY", out var key) || key != ApiKey)
        {
            await AnswerAsync(context, HttpStatusCode.Unauthorized, key.Count == 0 ? "A valid authorization token is missing" : "Invalid JWT token");
            return;
        }

        using var request = Copy(context.Request);
        if (headers["X-Registry-Auth"].ToString() is { Length: > 0 } auth)
        {
            if (Stored(auth) is not { } stored)
            {
                await AnswerAsync(context, HttpStatusCode.InternalServerError, "Invalid X-Registry-Auth header");
                return;
            }

            request.Headers.Add("X-Registry-Auth", stored);
        }

        await ForwardAsync(context, request);
    }

    private static HttpRequestMessage Copy(HttpRequest from)
    {
        var request = new HttpRequestMessage(new(from.Method), $"http://engine/{from.RouteValues["path"]}{from.QueryString}");
        if (HttpMethods.IsPost(from.Method) || HttpMethods.IsPut(from.Method))
        {
            request.Content = new StreamContent(from.Body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", (string?)from.ContentType ?? "text/plain");
            request.Content.Headers.ContentLength = from.ContentLength;
        }

        foreach (var (name, values) in from.Headers.Where(header => !HopByHop.Contains(header.Key, StringComparer.OrdinalIgnoreCase)))
        {
            if (name is not ("X-API-KEY" or "X-Registry-Auth" or "Content-Type" or "Content-Length"))
                request.Headers.TryAddWithoutValidation(name, values.ToArray());
        }

        return request;
    }

    // Portainer's users name a registry by its number, and never see its password.
    private string? Stored(string auth)
    {
        var json = JsonDocument.Parse(Convert.FromBase64String(auth)).RootElement;
        if (!json.TryGetProperty("registryId", out var id))
            return Convert.ToBase64String("{}"u8);
        return id.GetInt32() == RegistryId ? Convert.ToBase64String(Encoding.UTF8.GetBytes(_registryAuth)).Replace('+', '-').Replace('/', '_') : null;
    }

    private async Task ForwardAsync(HttpContext context, HttpRequestMessage request)
    {
        using var answer = await _engine.SendAsync(request, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(header => !HopByHop.Contains(header.Key, StringComparer.OrdinalIgnoreCase)))
            context.Response.Headers[name] = values.ToArray();
        await using var body = await answer.Content.ReadAsStreamAsync(context.RequestAborted);
        var buffer = new byte[16 * 1024];
        while (await body.ReadAsync(buffer, context.RequestAborted) is > 0 and var length)
        {
            await context.Response.Body.WriteAsync(buffer.AsMemory(0, length), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }

    private static Task AnswerAsync(HttpContext context, HttpStatusCode status, string message)
    {
        context.Response.StatusCode = (int)status;
        return context.Response.WriteAsJsonAsync(new { message, details = "Unauthorized" });
    }
}
