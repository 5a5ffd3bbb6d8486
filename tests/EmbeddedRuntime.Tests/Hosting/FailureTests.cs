using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Hosting;

public sealed class FailureTests
{
    private static Task<TestApplication> StartAsync() => TestApplication.StartAsync(builder =>
    {
        builder.Options.MaxRequestBodySize = 100;
        builder.AddFunctions([typeof(SampleFunctions), typeof(StreamingFunctions), typeof(BrokenStream)]);
    });

    [Fact]
    public async Task An_exception_is_a_500_problem_without_its_details_which_are_logged()
    {
        await using var app = await StartAsync();

        using var response = await app.Http.GetAsync("/api/fail");

        var problem = await RoutingTests.AssertProblemAsync(response, HttpStatusCode.InternalServerError, "Internal Server Error");
        Assert.DoesNotContain("canary", problem.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(["Error: GET /api/fail failed the canary of /api/fail"], app.Journal.Lines);
    }

    [Fact]
    public async Task A_body_above_the_limit_is_a_413_problem()
    {
        await using var app = await StartAsync();

        using var fits = await app.Http.PostAsync("/api/echo", new StringContent(new string('x', 100)));
        using var tooLarge = await app.Http.PostAsync("/api/echo", new StringContent(new string('x', 101)));

        Assert.Equal(100, (await fits.Content.ReadAsStringAsync()).Length);
        await RoutingTests.AssertProblemAsync(tooLarge, HttpStatusCode.RequestEntityTooLarge, "Payload Too Large");
        Assert.Empty(app.Journal.Lines);
    }

    [Fact]
    public async Task A_chunked_body_above_the_limit_is_a_413_problem()
    {
        await using var app = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/echo") { Content = new StringContent(new string('x', 101)) };
        request.Headers.TransferEncodingChunked = true;

        using var response = await app.Http.SendAsync(request);

        await RoutingTests.AssertProblemAsync(response, HttpStatusCode.RequestEntityTooLarge, "Payload Too Large");
    }

    [Fact]
    public async Task A_malformed_chunk_is_a_400_problem()
    {
        await using var app = await StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(app.Http.BaseAddress!.Host, app.Http.BaseAddress.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync("POST /api/echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\nnothex\r\n"u8.ToArray());

        using var reader = new StreamReader(stream, Encoding.ASCII);
        var answer = await reader.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains("application/problem+json", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_after_the_first_byte_ends_the_connection()
    {
        await using var app = await StartAsync();

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => app.Http.GetStringAsync("/api/broken"));

        Assert.Contains("Error: GET /api/broken failed after the first byte", app.Journal.Lines);
    }

    [Fact]
    public async Task Events_arrive_as_they_are_written()
    {
        await using var app = await StartAsync();
        using var response = await app.Http.GetAsync("/api/events", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());

        Assert.Equal("data: first", await reader.ReadLineAsync());
        app.Services.GetRequiredService<StreamGate>().Open();

        Assert.Equal("\ndata: second\n\n", await reader.ReadToEndAsync());
    }

    [Fact]
    public async Task A_client_that_leaves_cancels_the_function()
    {
        await using var app = await StartAsync();
        using (var response = await app.Http.GetAsync("/api/events", HttpCompletionOption.ResponseHeadersRead))
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);

        await TimerTests.UntilAsync(() => app.Journal.Lines.Contains("Cancelled"));

        Assert.DoesNotContain(app.Journal.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_host_that_stops_cancels_the_function()
    {
        await using var app = await StartAsync();
        using var response = await app.Http.GetAsync("/api/events", HttpCompletionOption.ResponseHeadersRead);

        await app.StopAsync();

        Assert.Equal(["Cancelled"], app.Journal.Lines);
    }

    [Fact]
    public async Task A_large_upload_is_read_while_it_is_sent()
    {
        await using var app = await TestApplication.StartAsync(builder => builder.AddFunctions([typeof(FirstByte)]));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/first-byte") { Content = new GatedContent(app.Services.GetRequiredService<StreamGate>()) };

        using var response = await app.Http.SendAsync(request);

        Assert.Equal("2", await response.Content.ReadAsStringAsync());
    }

    internal static class BrokenStream
    {
        [Function("Broken")]
        public static async Task<IResult> RunAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "broken")] HttpRequest request)
        {
            await request.HttpContext.Response.WriteAsync("first");
            await request.HttpContext.Response.Body.FlushAsync();
            throw new InvalidOperationException("after the first byte");
        }
    }

    internal sealed class FirstByte(StreamGate gate)
    {
        /// <summary>Lets the client send its second byte only once the first was read, so a host that buffers would never answer.</summary>
        [Function("FirstByte")]
        public async Task<IResult> RunAsync([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "first-byte")] HttpRequest request, CancellationToken cancellationToken)
        {
            var buffer = new byte[1];
            await request.Body.ReadExactlyAsync(buffer, cancellationToken);
            gate.Open();
            await request.Body.ReadExactlyAsync(buffer, cancellationToken);
            return Results.Text("2");
        }
    }

    private sealed class GatedContent(StreamGate gate) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync("1"u8.ToArray());
            await stream.FlushAsync();
            await gate.Opened.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System);
            await stream.WriteAsync("2"u8.ToArray());
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
