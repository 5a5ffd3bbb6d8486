using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Hosting;

public sealed class PlatformTests
{
    private const string Listed = "https://app.example";

    private static Task<TestApplication> StartAsync() => TestApplication.StartAsync(builder =>
    {
        builder.Configuration["Cors:AllowedOrigins:0"] = "https://other.example";
        builder.Configuration["Cors:AllowedOrigins:1"] = $"{Listed}/";
        builder.AddFunctions([typeof(SampleFunctions), typeof(KeyedFunctions)]);
        builder.Configuration["FunctionKeys:default"] = "key";
    });

    [Fact]
    public async Task A_preflight_of_a_listed_origin_is_answered_before_any_function()
    {
        await using var app = await StartAsync();

        using var response = await app.Http.SendAsync(Preflight("/api/greet/Ada", Listed));

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal([Listed], response.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.Equal(["PUT"], response.Headers.GetValues("Access-Control-Allow-Methods"));
        Assert.Equal(["authorization"], response.Headers.GetValues("Access-Control-Allow-Headers"));
        Assert.Empty(app.Journal.Lines);
    }

    [Fact]
    public async Task A_preflight_of_another_origin_allows_nothing()
    {
        await using var app = await StartAsync();

        using var response = await app.Http.SendAsync(Preflight("/api/greet/Ada", "https://evil.example"));

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("/api/greet/Ada", HttpStatusCode.OK)]
    [InlineData("/api/keyed", HttpStatusCode.Unauthorized)]
    [InlineData("/api/nothing", HttpStatusCode.NotFound)]
    [InlineData("/api/fail", HttpStatusCode.InternalServerError)]
    public async Task A_listed_origin_may_read_every_answer_and_the_headers_of_the_protocol(string path, HttpStatusCode status)
    {
        await using var app = await StartAsync();
        app.Http.DefaultRequestHeaders.Add("Origin", Listed);

        using var response = await app.Http.GetAsync(path);

        Assert.Equal(status, response.StatusCode);
        Assert.Equal([Listed], response.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.Equal(
            ["ETag", "Idempotency-Key", "Idempotency-Replayed", "Location", "Operation-Location", "Retry-After", "WWW-Authenticate", "traceparent"],
            string.Join(',', response.Headers.GetValues("Access-Control-Expose-Headers")).Split(',').Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Another_origin_gets_no_permission()
    {
        await using var app = await StartAsync();
        app.Http.DefaultRequestHeaders.Add("Origin", "https://app.example.evil");

        using var response = await app.Http.GetAsync("/api/greet/Ada");

        Assert.DoesNotContain(response.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task The_trace_of_the_caller_reaches_the_function_and_comes_back()
    {
        await using var app = await StartAsync();
        const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
        // HttpClient writes a traceparent of its own over ours when it traces; a bare handler does not.
        using var http = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null }) { BaseAddress = app.Http.BaseAddress };
        http.DefaultRequestHeaders.Add("traceparent", $"00-{TraceId}-00f067aa0ba902b7-01");

        using var response = await http.GetAsync("/api/default");

        var answered = response.Headers.GetValues("traceparent").Single();
        Assert.StartsWith($"00-{TraceId}-", answered, StringComparison.Ordinal);
        Assert.Equal($"GET Default {answered}", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task The_server_does_not_name_itself()
    {
        await using var app = await StartAsync();

        using var response = await app.Http.GetAsync("/api/greet/Ada");

        Assert.False(response.Headers.Contains("Server"));
    }

    [Fact]
    public async Task A_stopping_host_waits_ten_seconds_and_a_body_has_a_limit_of_one_MiB()
    {
        await using var app = await StartAsync();

        Assert.Equal(TimeSpan.FromSeconds(10), app.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout);
        Assert.Equal(1024 * 1024, app.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits.MaxRequestBodySize);
    }

    private static HttpRequestMessage Preflight(string path, string origin)
    {
        var request = new HttpRequestMessage(HttpMethod.Options, path);
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "PUT");
        request.Headers.Add("Access-Control-Request-Headers", "authorization");
        return request;
    }
}
