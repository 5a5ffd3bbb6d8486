using System.Net;
using Azure.Core;
using Microsoft.AspNetCore.Http;
using MultiAgentInfra.Clients.Blobs;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Clients.Tests.Blobs;

public sealed class BlobFaultTests : IAsyncLifetime
{
    private const string KeyCanary = "Y2FuYXJ5LWFjY291bnQta2V5";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly FakeClock _clock = new();
    private FaultyBlobServer _server = null!;
    private BlobArtifactStore _store = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await FaultyBlobServer.StartAsync();
        _store = BlobArtifactStore.Create(new BlobOptions { Container = _server.Container, AccountName = "account", AccountKey = KeyCanary }, _clock);
    }

    public async ValueTask DisposeAsync()
    {
        _store.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(408, "OperationTimedOut")]
    [InlineData(429, "TooManyRequests")]
    [InlineData(500, "InternalError")]
    [InlineData(503, "ServerBusy")]
    [InlineData(400, "Md5Mismatch")]
    public async Task What_may_pass_is_tried_again(int status, string code)
    {
        _server.OrderError(status, code, "Try again.");
        _server.OrderError(status, code, "Try again.");

        await AdvanceUntilEndedAsync(PutAsync());

        Assert.Equal(Enumerable.Repeat("PUT /account/container/a.log", 3), _server.Requests.Select(request => request.Line));
        Assert.Equal("content", await ReadAsync());
    }

    [Fact]
    public async Task A_connection_that_is_cut_is_tried_again()
    {
        _server.Order(Cut);
        await AdvanceUntilEndedAsync(PutAsync());

        _server.Order(Cut);
        var opening = _store.OpenAsync("a.log", Token);
        await AdvanceUntilEndedAsync(opening);
        Assert.NotNull(await opening);
    }

    [Fact]
    public async Task The_wait_is_as_long_as_the_server_asks_for()
    {
        _server.OrderError(503, "ServerBusy", "Later.", response => response.Headers.RetryAfter = "7");
        var put = PutAsync();
        await Wait.UntilAsync("the refusal", Deadline, () => Task.FromResult(_clock.NextTimer is { } next && next == _clock.GetUtcNow() + TimeSpan.FromSeconds(7)));

        _clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Single(_server.Requests);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await put.WaitAsync(Deadline, TimeProvider.System, Token);
    }

    [Fact]
    public async Task It_gives_up_in_the_words_of_the_server()
    {
        for (var attempt = 0; attempt < BlobRetry.Attempts; attempt++)
            _server.OrderError(503, "ServerBusy", "The server is busy.");
        var put = PutAsync();

        await AdvanceUntilEndedAsync(put, failing: true);

        var exception = await Assert.ThrowsAsync<ApiException>(() => put);
        Assert.Equal($"PUT {_server.Container}/a.log answered 503 ServiceUnavailable: ServerBusy: The server is busy.", exception.Message);
        Assert.Equal(BlobRetry.Attempts, _server.Requests.Count);
    }

    [Fact]
    public async Task A_refusal_is_not_tried_again_and_repeats_nothing_that_was_signed()
    {
        _server.OrderError(403, "AuthenticationFailed", "Server failed to authenticate the request.");

        var exception = await Assert.ThrowsAsync<ApiException>(PutAsync);

        Assert.Equal(HttpStatusCode.Forbidden, exception.Status);
        Assert.EndsWith("AuthenticationFailed: Server failed to authenticate the request.", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", exception.ToString(), StringComparison.Ordinal);
        Assert.Single(_server.Requests);
    }

    [Theory]
    [InlineData("<html>no such page</html>")]
    [InlineData("<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><Error><Code>&b;</Code></Error>")]
    [InlineData("plain text")]
    public async Task An_error_in_another_form_is_an_error_too(string body)
    {
        _server.Order(http =>
        {
            http.Response.StatusCode = 409;
            return http.Response.WriteAsync(body);
        });

        var exception = await Assert.ThrowsAsync<ApiException>(PutAsync);

        Assert.Equal(HttpStatusCode.Conflict, exception.Status);
        Assert.DoesNotContain("root:", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        _server.Order(http =>
        {
            http.Response.Redirect("/elsewhere");
            return Task.CompletedTask;
        });

        var exception = await Assert.ThrowsAsync<ApiException>(PutAsync);

        Assert.Equal(HttpStatusCode.Found, exception.Status);
        Assert.Empty(_server.UnknownRoutes);
    }

    [Fact]
    public async Task A_body_that_breaks_off_is_an_error_of_its_reader()
    {
        await PutAsync();
        using var begun = new SemaphoreSlim(0);
        _server.Order(async http =>
        {
            http.Response.ContentLength = 1000;
            await http.Response.WriteAsync("half");
            await http.Response.Body.FlushAsync();
            await begun.WaitAsync();
            http.Abort();
        });
        await using var content = (await _store.OpenAsync("a.log", Token))!;
        begun.Release();

        await Assert.ThrowsAnyAsync<IOException>(() => content.CopyToAsync(Stream.Null, Token).WaitAsync(Deadline, TimeProvider.System, Token));
    }

    [Fact]
    public async Task A_server_that_falls_silent_ends_the_reading()
    {
        await PutAsync();
        using var release = new SemaphoreSlim(0);
        _server.Order(async http =>
        {
            http.Response.ContentLength = 1000;
            await http.Response.WriteAsync("half");
            await http.Response.Body.FlushAsync();
            await release.WaitAsync();
        });
        var reading = ReadAsync();

        await AdvanceUntilEndedAsync(reading, failing: true);

        await Assert.ThrowsAsync<TimeoutException>(() => reading);
        release.Release();
    }

    [Fact]
    public async Task Each_request_has_its_version_date_checksum_and_signature()
    {
        await PutAsync();

        var headers = Assert.Single(_server.Requests).Headers;
        Assert.Equal("2025-11-05", headers["x-ms-version"]);
        Assert.Equal("Tue, 01 Jan 2030 00:00:00 GMT", headers["x-ms-date"]);
        Assert.Equal("BlockBlob", headers["x-ms-blob-type"]);
        Assert.Equal("text/plain", headers["x-ms-blob-content-type"]);
        Assert.Equal(Convert.ToBase64String(BlobChecksum.Of("content"u8)), headers.ContentMD5);
        Assert.Matches("^SharedKey account:[A-Za-z0-9+/]{43}=$", headers.Authorization.ToString());
    }

    [Fact]
    public async Task A_token_is_sent_as_bearer_and_asked_for_again_shortly_before_it_ends()
    {
        var credential = new CountingCredential(_clock);
        using var store = new BlobArtifactStore(new Uri(_server.Container), new BlobAuthorization(credential, _clock), _clock);

        await store.DeleteAsync("a.log", Token);
        await store.DeleteAsync("a.log", Token);
        _clock.Advance(TimeSpan.FromMinutes(56));
        await store.DeleteAsync("a.log", Token);

        Assert.Equal(["Bearer token-1", "Bearer token-1", "Bearer token-2"], _server.Requests.Select(request => request.Headers.Authorization.ToString()));
        Assert.Equal(["https://storage.azure.com/.default"], credential.Scopes.Distinct());
    }

    private static Task Cut(HttpContext http)
    {
        http.Abort();
        return Task.CompletedTask;
    }

    private Task PutAsync() => _store.PutAsync("a.log", "text/plain", new MemoryStream("content"u8.ToArray()), Token);

    private async Task<string> ReadAsync()
    {
        using var reader = new StreamReader((await _store.OpenAsync("a.log", Token))!);
        return await reader.ReadToEndAsync(Token);
    }

    // Small steps: a wait between two attempts is to end before the deadline of an attempt does.
    private async Task AdvanceUntilEndedAsync(Task task, bool failing = false)
    {
        await Wait.UntilAsync("the call to end", Deadline, () =>
        {
            if (!task.IsCompleted)
                _clock.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(task.IsCompleted);
        });
        if (!failing)
            await task;
    }

    private sealed class CountingCredential(TimeProvider time) : TokenCredential
    {
        public List<string> Scopes { get; } = [];

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Scopes.AddRange(requestContext.Scopes);
            return ValueTask.FromResult(new AccessToken($"token-{Scopes.Count}", time.GetUtcNow() + TimeSpan.FromHours(1)));
        }
    }
}
