using System.Net;
using Microsoft.AspNetCore.Http;
using MultiAgentInfra.Clients.Docker;
using MultiAgentInfra.Core;

namespace MultiAgentInfra.Clients.Tests.Docker;

public sealed class DockerFailureTests
{
    private const string Password = "canary-push-password-81c4";
    private static readonly RegistryLogin Login = new("registry.test:5000", "pusher", Password);

    [Theory]
    [InlineData("1.39", "1.39")]
    [InlineData("1.24", "1.24")]
    public async Task An_engine_that_is_too_old_is_named_with_what_it_needs(string version, string named)
    {
        await using var engine = await FakeEngine.StartAsync(version);
        using var connection = engine.Connect();

        var error = await Assert.ThrowsAsync<NonRetryableException>(() =>
            new DockerEngineClient(connection, null, TimeProvider.System).GetVersionAsync(CancellationToken.None));

        Assert.Equal(
            $"{connection.Name} speaks version {named} of the Engine API, and 1.40 (Docker 19.03) is the oldest that works: update Docker.", error.Message);
    }

    [Theory]
    [InlineData("1.40", "1.40")]
    [InlineData("1.47", "1.47")]
    [InlineData("1.99", "1.47")]
    public async Task The_older_of_both_versions_is_spoken(string offered, string spoken)
    {
        await using var engine = await FakeEngine.StartAsync(offered);
        using var connection = engine.Connect();

        Assert.Equal(Version.Parse(spoken), await new DockerEngineClient(connection, null, TimeProvider.System).GetVersionAsync(CancellationToken.None));
        Assert.Empty(engine.UnknownRoutes);
    }

    [Fact]
    public async Task Something_else_behind_the_address_is_no_engine()
    {
        await using var engine = await FakeEngine.StartAsync("");
        using var connection = engine.Connect();

        var error = await Assert.ThrowsAsync<ApiException>(() =>
            new DockerEngineClient(connection, null, TimeProvider.System).GetVersionAsync(CancellationToken.None));

        Assert.Contains("is no Docker Engine", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_engine_that_is_gone_is_named()
    {
        using var connection = DockerConnection.To(new DockerOptions { Endpoint = "unix:///nowhere/docker.sock" });

        var error = await Assert.ThrowsAsync<ApiException>(() =>
            new DockerEngineClient(connection, null, TimeProvider.System).ListImagesAsync("a", "b", CancellationToken.None));

        Assert.Null(error.Status);
        Assert.Equal("GET http://localhost/_ping was not answered: unix:///nowhere/docker.sock: there is no such socket; is Docker running?", error.Message);
    }

    [Theory]
    [InlineData("""{"stream":"Step 1/2"}""", "the stream ended without an image")]
    [InlineData("""{"errorDetail":{"code":7,"message":"the new form"},"error":"the old form"}""", "the new form")]
    [InlineData("""{"error":"the old form"}""", "the old form")]
    [InlineData("not JSON", "a line that is not JSON")]
    [InlineData("", "the stream ended without an image")]
    public async Task A_stream_that_ends_otherwise_than_with_an_image_is_a_failure(string line, string words)
    {
        await using var engine = await FakeEngine.StartAsync("1.41", context => context.Response.WriteAsync(line + "\r\n"));
        using var connection = engine.Connect();

        var error = await Assert.ThrowsAsync<ApiException>(() => BuildAsync(connection, null, _ => { }));

        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_is_cut_is_a_failure_and_what_came_before_it_was_seen()
    {
        var seen = new TaskCompletionSource();
        await using var engine = await FakeEngine.StartAsync("1.41", async context =>
        {
            await context.Response.WriteAsync("{\"stream\":\"Step 1/2\\n\"}\r\n{\"aux\":{\"ID\":\"sha256:1\"}}\r\n");
            await context.Response.Body.FlushAsync();
            await seen.Task.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System);
            context.Abort();
        });
        using var connection = engine.Connect();
        var lines = new List<string>();

        var error = await Assert.ThrowsAsync<ApiException>(() => BuildAsync(connection, null, line =>
        {
            lines.Add(line);
            seen.SetResult();
        }));

        Assert.Null(error.Status);
        Assert.Equal(["Step 1/2"], lines);
    }

    [Fact]
    public async Task Credentials_come_back_in_neither_output_nor_error()
    {
        await using var engine = await FakeEngine.StartAsync("1.41", async context =>
        {
            var sent = $"{context.Request.Headers["X-Registry-Auth"]} {context.Request.Headers["X-Registry-Config"]} {Password}";
            await context.Response.WriteAsync($$"""{"status":"{{sent}}"}""" + "\n" + $$"""{"stream":"{{sent}}"}""" + "\n" + $$$"""{"errorDetail":{"message":"{{{sent}}}"}}""");
        });
        await using var refusing = await FakeEngine.StartAsync("1.41", async context =>
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            await context.Response.WriteAsync($$"""{"message":"{{context.Request.Headers["X-Registry-Auth"]}} {{Password}}"}""");
        });
        using var connection = engine.Connect();
        using var refused = refusing.Connect();
        var said = new List<string>();

        var build = await Assert.ThrowsAsync<ApiException>(() => BuildAsync(connection, Login, said.Add));
        var push = await Assert.ThrowsAsync<ApiException>(() => new DockerEngineClient(connection, Login, TimeProvider.System).PushAsync("r", "t", said.Add, CancellationToken.None));
        var status = await Assert.ThrowsAsync<ApiException>(() => new DockerEngineClient(refused, Login, TimeProvider.System).PushAsync("r", "t", said.Add, CancellationToken.None));

        Assert.Equal(HttpStatusCode.InternalServerError, status.Status);
        Assert.Equal(4, said.Count);
        foreach (var text in said.Append(build.ToString()).Append(push.ToString()).Append(status.ToString()).Append(Login.ToString()!))
        {
            Assert.DoesNotContain(Password, text, StringComparison.Ordinal);
            Assert.DoesNotContain(Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Password))[..20], text, StringComparison.Ordinal);
            Assert.DoesNotContain(Login.Auth, text, StringComparison.Ordinal);
            Assert.DoesNotContain(Login.Config, text, StringComparison.Ordinal);
        }
    }

    private static Task<string> BuildAsync(DockerConnection connection, RegistryLogin? login, Action<string> output) =>
        new DockerEngineClient(connection, login, TimeProvider.System).BuildAsync(
            new(new Dictionary<string, string>(), "r", "t", new Dictionary<string, string>(), new Dictionary<string, string>(), "linux/amd64", null), output, CancellationToken.None);
}
