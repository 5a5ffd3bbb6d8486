using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Functions.Tests;

/// <summary>Long polls; every wait here is far longer than the test's own patience.</summary>
public sealed class WaitingTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_wait_ends_when_its_operation_does()
    {
        using var client = api.Client();
        var posted = await api.PostAsync();
        var (agent, operation) = (Guid.Parse((string)posted["agentId"]!), Guid.Parse((string)posted["operation"]!["id"]!));
        var waiting = client.GetAsync($"/api/operations/{operation}?wait=60");
        Assert.False(waiting.IsCompleted);

        await api.Get<OperationStore>().StartAsync(operation, default);
        await api.Get<AgentStore>().CompleteDeploymentAsync(operation, agent, Digest.Of("image"u8), null, default);

        using var response = await waiting.WaitAsync(Patience, TimeProvider.System);
        Assert.Equal("Succeeded", (string?)(await response.JsonAsync())["status"]);
        Assert.False(response.Headers.Contains("Retry-After"));
    }

    [Fact]
    public async Task A_wait_ends_when_its_caller_leaves()
    {
        await using var own = await StartAsync();
        var operation = (string)(await own.PostAsync())["operation"]!["id"]!;
        using (var caller = new TcpClient("127.0.0.1", new Uri(own.App.Urls.First()).Port))
        {
            var request = $"GET /api/operations/{operation}?wait=60 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {Tokens.Of(own.Owner)}\r\n\r\n";
            await caller.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
            await LoggedAsync(own, "Request starting", operation);
        }

        await LoggedAsync(own, "Request finished", operation);
    }

    [Fact]
    public async Task A_wait_ends_with_what_is_known_when_the_host_stops()
    {
        await using var own = await StartAsync();
        using var client = own.Client();
        var operation = (string)(await own.PostAsync())["operation"]!["id"]!;
        var waiting = client.GetAsync($"/api/operations/{operation}?wait=60");
        await LoggedAsync(own, "Request starting", operation);

        await own.App.StopAsync().WaitAsync(Patience, TimeProvider.System);

        using var response = await waiting.WaitAsync(Patience, TimeProvider.System);
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("NotStarted", (string?)(await response.JsonAsync())["status"]);
    }

    private static async Task<ApiFixture> StartAsync()
    {
        var own = new ApiFixture { Configure = builder => builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting", LogLevel.Information) };
        await own.InitializeAsync();
        return own;
    }

    private static Task LoggedAsync(ApiFixture own, string what, string operation) => Wait.UntilAsync(
        what,
        Patience,
        () => Task.FromResult(own.Logs.Any(line => line.Contains(what, StringComparison.Ordinal) && line.Contains(operation, StringComparison.Ordinal))));
}
