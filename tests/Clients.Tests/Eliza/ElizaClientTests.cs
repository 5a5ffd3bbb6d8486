using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using MultiAgentInfra.Clients.Eliza;
using MultiAgentInfra.Clients.Tests.Processes;

namespace MultiAgentInfra.Clients.Tests.Eliza;

public sealed class ElizaClientTests : IDisposable
{
    private const string AgentId = "b8a4a9f2-1111-4222-8333-444455556666";
    private const string Listing = $$$"""{"success":true,"data":{"agents":[null,{"id":"{{{AgentId}}}","name":"n","bio":"b","status":"active"}]}}""";

    private readonly HttpClient _http = new();

    [Fact]
    public async Task A_server_with_an_agent_is_healthy()
    {
        await using var server = await ServeAsync(200, """{"status":"OK"}""");
        Assert.Equal(new ElizaHealth(ElizaHealthState.Healthy, ""), await HealthAsync(server.Port));
        Assert.Equal("GET /health ", server.Seen);
    }

    [Fact]
    public async Task A_server_without_an_agent_is_degraded_and_says_why()
    {
        await using var server = await ServeAsync(503, """{"status":"DEGRADED"}""");
        Assert.Equal(new ElizaHealth(ElizaHealthState.Degraded, """/health answered 503: {"status":"DEGRADED"}"""), await HealthAsync(server.Port));
    }

    [Fact]
    public async Task A_port_without_a_server_is_unreachable()
    {
        var health = await HealthAsync(ClosedPort());
        Assert.Equal(ElizaHealthState.Unreachable, health.State);
        Assert.Contains("GET http://127.0.0.1:", health.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_without_end_is_unreachable()
    {
        await using var server = await ServeAsync(200, new string('x', 2_000_000));
        Assert.Equal(ElizaHealthState.Unreachable, (await HealthAsync(server.Port)).State);
    }

    [Fact]
    public async Task A_server_that_stays_silent_is_unreachable_after_the_timeout()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var client = new ElizaClient(_http, new HurriedTime());
        var health = await client.GetHealthAsync(((IPEndPoint)silent.LocalEndpoint).Port, TestDeadline.Token());
        Assert.Equal(ElizaHealthState.Unreachable, health.State);
        Assert.Contains("no answer within 3 s", health.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_that_gives_up_is_told_so()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Client().GetHealthAsync(ClosedPort(), cancelled.Token));
    }

    [Theory]
    [InlineData(AgentId, Listing, true)]
    [InlineData("00000000-0000-0000-0000-000000000001", Listing, false)]
    [InlineData(AgentId, """{"data":{"agents":[{"id":"b8a4a9f2-1111-4222-8333-444455556666","status":"inactive"}]}}""", false)]
    [InlineData(AgentId, """{"data":{"agents":[]}}""", false)]
    public async Task Only_the_server_that_runs_the_agent_serves_it(string agentId, string body, bool serving)
    {
        await using var server = await ServeAsync(200, body);
        Assert.Equal(serving, await Client().IsServingAsync(server.Port, "token", Guid.Parse(agentId), TestDeadline.Token()));
        Assert.Equal("GET /api/agents token", server.Seen);
    }

    [Theory]
    [InlineData(401, """{"error":"API key required"}""", "401 Unauthorized: {\"error\":\"API key required\"}")]
    [InlineData(200, "<html>", "No JSON: <html>")]
    [InlineData(200, "{}", "No list of agents: {}")]
    [InlineData(200, "null", "No list of agents: null")]
    public async Task A_strangers_answer_is_an_error_with_its_words(int status, string body, string words)
    {
        await using var server = await ServeAsync(status, body);
        var error = await Assert.ThrowsAsync<ApiException>(() =>
            Client().IsServingAsync(server.Port, "the-token", Guid.Parse(AgentId), TestDeadline.Token()));
        Assert.Equal((HttpMethod.Get, (HttpStatusCode?)status), (error.Method, error.Status));
        Assert.StartsWith($"GET http://127.0.0.1:{server.Port}/api/agents answered ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith(words, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("the-token", error.ToString(), StringComparison.Ordinal);
    }

    public void Dispose() => _http.Dispose();

    private ElizaClient Client() => new(_http, TimeProvider.System);

    private Task<ElizaHealth> HealthAsync(int port) => Client().GetHealthAsync(port, TestDeadline.Token());

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<Server> ServeAsync(int status, string body)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var server = new Server(app);
        app.Run(async context =>
        {
            server.Seen = $"{context.Request.Method} {context.Request.Path} {context.Request.Headers["X-API-KEY"]}";
            context.Response.StatusCode = status;
            await context.Response.WriteAsync(body);
        });
        await app.StartAsync(TestDeadline.Token());
        return server;
    }

    /// <summary>Every timeout is over at once.</summary>
    private sealed class HurriedTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, TimeSpan.FromMilliseconds(1), period);
    }

    private sealed class Server(WebApplication app) : IAsyncDisposable
    {
        public string Seen { get; set; } = "";

        public int Port => new Uri(app.Urls.Single()).Port;

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
