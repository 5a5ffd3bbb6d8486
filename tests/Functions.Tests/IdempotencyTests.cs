using System.Net;
using System.Text;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Functions.Tests;

public sealed class IdempotencyTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_repeated_request_gets_the_first_answer_byte_for_byte()
    {
        using var client = api.Client();
        var first = await PostAsync(client, "repeat-1", """{"name":"a","character":{"name":"a","bio":"b"}}""");
        var again = await PostAsync(client, "repeat-1", """{ "character": {"bio":"b", "name":"a"}, "name": "a" }""");

        Assert.Equal(202, (int)first.StatusCode);
        Assert.Equal(await first.Content.ReadAsByteArrayAsync(), await again.Content.ReadAsByteArrayAsync());
        Assert.Equal("true", again.Headers.GetValues("Idempotency-Replayed").Single());
        Assert.False(first.Headers.Contains("Idempotency-Replayed"));
        foreach (var header in new[] { "Location", "Operation-Location", "Retry-After" })
            Assert.Equal(first.Headers.GetValues(header), again.Headers.GetValues(header));
    }

    [Fact]
    public async Task Another_body_under_the_same_key_is_refused()
    {
        using var client = api.Client();
        await PostAsync(client, "reused", """{"name":"a","character":{"name":"a","bio":"b"}}""");
        await (await PostAsync(client, "reused", """{"name":"a","character":{"name":"a","bio":"c"}}""")).ProblemAsync(422, "idempotency-key-reused");
    }

    [Fact]
    public async Task Two_owners_may_use_the_same_key()
    {
        using var client = api.Client();
        using var other = api.Client(Tokens.Of(Guid.NewGuid()));
        var body = ApiFixture.Agent().ToJsonString();
        var first = await (await PostAsync(client, "shared", body)).JsonAsync();
        var second = await (await PostAsync(other, "shared", body)).JsonAsync();
        Assert.NotEqual((string?)first["agentId"], (string?)second["agentId"]);
    }

    [Fact]
    public async Task A_request_under_a_key_in_flight_is_told_to_wait()
    {
        using var client = api.Client();
        var (held, first) = await HoldAsync(client, "in-flight");
        var questions = 0;
        var second = await Wait.ForAsync("the first request to hold its key", TimeSpan.FromSeconds(20), async () =>
        {
            // It was refused itself when it came while a question held the key, and says so only once it is sent as a whole.
            if (++questions % 20 == 0)
            {
                held.Release();
                await first;
                (held, first) = await HoldAsync(client, "in-flight");
            }

            var response = await PostAsync(client, "in-flight", """{"name":""}""");
            return response.StatusCode == HttpStatusCode.Conflict ? response : null;
        });
        await second.ProblemAsync(409, "idempotency-key-in-flight");
        Assert.NotNull(second.Headers.RetryAfter);
        held.Release();

        Assert.Equal(202, (int)(await first).StatusCode);
    }

    [Fact]
    public async Task A_request_that_was_refused_may_be_corrected_under_its_key()
    {
        using var client = api.Client();
        await (await PostAsync(client, "corrected", """{"name":""}""")).ProblemAsync(422, "validation");
        Assert.Equal(202, (int)(await PostAsync(client, "corrected", ApiFixture.Agent().ToJsonString())).StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    public async Task A_key_of_another_form_is_refused(string key)
    {
        using var client = api.Client();
        await (await PostAsync(client, key, ApiFixture.Agent().ToJsonString())).ProblemAsync(400, "invalid-parameter");
    }

    [Fact]
    public async Task A_key_of_256_characters_is_refused_and_one_of_255_is_not()
    {
        using var client = api.Client();
        await (await PostAsync(client, new string('k', 256), ApiFixture.Agent().ToJsonString())).ProblemAsync(400, "invalid-parameter");
        Assert.Equal(202, (int)(await PostAsync(client, new string('k', 255), ApiFixture.Agent().ToJsonString())).StatusCode);
    }

    /// <summary>Begins to send a request, which ends when its body is released.</summary>
    private static async Task<(HeldContent Body, Task<HttpResponseMessage> Response)> HoldAsync(HttpClient client, string key)
    {
        var body = new HeldContent(ApiFixture.Agent().ToJsonString());
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/agents") { Content = body };
        request.Headers.Add("Idempotency-Key", key);
        var response = client.SendAsync(request);
        await body.Started.WaitAsync(TimeSpan.FromSeconds(20));
        return (body, response);
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string key, string body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/agents") { Content = ApiFixture.Json(body) };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return client.SendAsync(request);
    }

    /// <summary>A body whose second half comes when the test says so.</summary>
    private sealed class HeldContent : HttpContent
    {
        private readonly byte[] _body;
        private readonly TaskCompletionSource _started = new();
        private readonly TaskCompletionSource _released = new();

        public HeldContent(string body)
        {
            _body = Encoding.UTF8.GetBytes(body);
            Headers.ContentType = new("application/json");
        }

        public Task Started => _started.Task;

        public void Release() => _released.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(_body.AsMemory(0, 5));
            await stream.FlushAsync();
            _started.SetResult();
            await _released.Task;
            await stream.WriteAsync(_body.AsMemory(5));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
