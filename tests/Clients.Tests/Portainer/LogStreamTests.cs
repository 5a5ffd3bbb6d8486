using System.Text;
using FsCheck;
using FsCheck.Fluent;
using MultiAgentInfra.Clients.Tests.Processes;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Clients.Tests.Portainer;

public sealed class LogStreamTests
{
    private const int LongestLine = 64 * 1024;

    [Fact]
    public async Task Who_waits_for_a_log_is_told_of_its_next_line_and_of_no_earlier_one()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        var launch = await fixture.DeployAsync();
        var seen = await fixture.Target.ReadLogAsync(launch.AgentId, 0, LongestLine, TestDeadline.Token());
        Assert.NotEmpty(seen.Lines);

        var next = fixture.Target.AwaitLogAsync(launch.AgentId, seen.Next, TestDeadline.Token());
        await UntilStreamedAsync(fixture);
        Assert.False(next.IsCompleted);
        fixture.Cluster.Write(launch.AgentId, "Hello");
        await next;

        Assert.Equal("Hello", Assert.Single((await fixture.Target.ReadLogAsync(launch.AgentId, seen.Next, LongestLine, TestDeadline.Token())).Lines).Text);
        Assert.Single(fixture.Server.Calls, call => call.Contains("follow=true", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_waits_for_the_log_of_a_pod_that_ends_waits_no_longer()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        var launch = await fixture.DeployAsync();
        var next = fixture.Target.AwaitLogAsync(launch.AgentId, long.MaxValue / 2, TestDeadline.Token());
        await UntilStreamedAsync(fixture);

        await fixture.StopAsync(launch);
        await next;
        await fixture.Target.AwaitLogAsync(launch.AgentId, 0, TestDeadline.Token());
    }

    [Fact]
    public async Task Who_stops_waiting_for_a_log_is_let_go()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        var launch = await fixture.DeployAsync();
        using var gone = new CancellationTokenSource();
        var next = fixture.Target.AwaitLogAsync(launch.AgentId, long.MaxValue / 2, gone.Token);
        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }

    [Fact]
    public void Lines_are_the_same_in_whatever_pieces_they_come() => Prop.ForAll<NonEmptyArray<NonNull<string>>, PositiveInt>((texts, size) =>
    {
        // Half of a surrogate pair is no text.
        var lines = texts.Get.Select(text => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Get.Replace('\n', ' ')))).ToList();
        return lines.SequenceEqual(Read(string.Join('\n', lines) + "\n", size.Get));
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(LongestLine - 1, 1)]
    [InlineData(LongestLine, 2)]
    [InlineData(LongestLine + 1, 2)]
    public void A_line_that_is_too_long_comes_in_pieces(int length, int pieces)
    {
        var read = Read(new string('x', length) + "\nnext\n", 10_000);

        Assert.Equal((pieces, length, "next"), (read.Count - 1, read.SkipLast(1).Sum(line => line.Length), read[^1]));
    }

    private static Task UntilStreamedAsync(ClusterFixture fixture) => Wait.UntilAsync(
        "the stream", TimeSpan.FromSeconds(10), () => Task.FromResult(fixture.Server.Calls.Any(call => call.Contains("follow=true", StringComparison.Ordinal))));

    private static List<string> Read(string text, int size)
    {
        using var client = new HttpClient(new Answer(new ChunkedStream(Encoding.UTF8.GetBytes(text), size)));
        var read = new List<string>();
        var call = new ApiCall(HttpMethod.Get, new("http://cluster.example/log"), TimeSpan.FromMinutes(1));
        new ApiTransport(client, "The cluster", null, TimeProvider.System).ReadLinesAsync(call, line =>
        {
            read.Add(line);
            return false;
        }, TestDeadline.Token()).GetAwaiter().GetResult();
        return read;
    }

    private sealed class Answer(Stream body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage { Content = new StreamContent(body) });
    }

    /// <summary>Gives at most so many bytes at a time.</summary>
    private sealed class ChunkedStream(byte[] bytes, int size) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(size, buffer.Length)], cancellationToken);
    }
}
