using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Clients.Tests.Oci;

/// <summary>The account of a registry is shown to that registry, and to nobody else in any way.</summary>
[Trait("Needs", "Server")]
public sealed class RemoteSecretsTests(RunningRegistry.WithPassword running) : IClassFixture<RunningRegistry.WithPassword>, IAsyncLifetime
{
    private static readonly string Basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{RegistryProcess.Username}:{RegistryProcess.Password}"));

    private readonly RecordingLogger _log = new();
    private FaultyRegistry _front = null!;
    private RemoteRegistry _registry = null!;

    private static CancellationToken None => CancellationToken.None;

    public async ValueTask InitializeAsync()
    {
        _front = await FaultyRegistry.StartAsync((await running.OpenAsync()).Name);
        _registry = running.Connect(_front.Address, new SwiftClock(), _log);
    }

    public async ValueTask DisposeAsync()
    {
        _registry?.Dispose();
        if (_front is not null)
            await _front.DisposeAsync();
    }

    [Fact]
    public async Task Another_host_that_the_registry_leads_to_gets_no_credentials()
    {
        await using var storage = await FaultyRegistry.StartAsync(_front.Address);
        storage.Fail(new("GET", "/bucket/blob?signature=canary-signature") { Status = 200, Body = "content", Times = 2 });
        storage.Fail(new("GET", "/bucket/blob") { Status = 403, Body = "no", Times = int.MaxValue });
        var blob = await _registry.PutBlobAsync("a", "content"u8.ToArray(), MediaTypes.Layer, None);
        _front.Fail(new("GET", "/blobs/") { Status = 307, Headers = new Dictionary<string, string> { ["Location"] = $"{storage.Address}/bucket/blob?signature=canary-signature" }, Times = int.MaxValue });

        await using (var stream = await _registry.OpenBlobAsync("a", blob, None))
            await stream.CopyToAsync(Stream.Null);
        await using (await _registry.OpenBlobAsync("a", blob, None))
        {
        }

        var exception = await Assert.ThrowsAsync<ApiException>(() => _registry.OpenBlobAsync("a", blob, None));
        Assert.Contains($"GET {storage.Address}/bucket/blob answered 403", exception.Message, StringComparison.Ordinal);
        AssertNoSecret(exception);
        Assert.Equal(3, storage.Authorizations.Count);
        Assert.All(storage.Authorizations, Assert.Empty);
        Assert.Contains($"Basic {Basic}", _front.Authorizations);
    }

    [Fact]
    public async Task A_redirect_to_plain_http_elsewhere_or_without_end_is_refused()
    {
        var blob = await _registry.PutBlobAsync("a", "content"u8.ToArray(), MediaTypes.Layer, None);

        _front.Fail(new("GET", "/blobs/") { Status = 302, Headers = new Dictionary<string, string> { ["Location"] = "http://192.0.2.7/blob" } });
        AssertNoSecret(await Assert.ThrowsAsync<ApiException>(() => _registry.OpenBlobAsync("a", blob, None)));
        _front.Fail(new("GET", "/") { Status = 302, Headers = new Dictionary<string, string> { ["Location"] = "/again" }, Times = int.MaxValue });
        AssertNoSecret(await Assert.ThrowsAsync<ApiException>(() => _registry.OpenBlobAsync("a", blob, None)));
    }

    [Fact]
    public async Task No_error_and_no_log_holds_what_a_registry_repeats()
    {
        foreach (var status in (int[])[400, 401, 403, 500])
        {
            _front.Fail(new("HEAD", "/manifests/") { Status = status, Body = "", Times = int.MaxValue });
            AssertNoSecret(await Assert.ThrowsAsync<ApiException>(() => _registry.ResolveAsync("a", "v1", None)));
            _front.Fail(new("GET", "/tags/") { Status = status, Body = $"you sent Authorization: Basic {Basic}", Times = int.MaxValue });
            AssertNoSecret(await Assert.ThrowsAsync<ApiException>(() => _registry.ListTagsAsync("a", None).ToListAsync().AsTask()));
            _front.Heal();
        }

        Assert.NotEmpty(_log.Lines);
    }

    [Fact]
    public async Task Without_a_token_service_the_account_that_may_only_pull_is_handed_out()
    {
        var own = await _registry.GetPullCredentialAsync("a", None);
        using var registry = running.Connect(_front.Address, TimeProvider.System, _log, ("puller", "canary-pull"));
        var pull = await registry.GetPullCredentialAsync("a", None);

        var host = new Uri(_front.Address).Authority;
        Assert.Equal(new(host, RegistryProcess.Username, RegistryProcess.Password, null, null), own);
        Assert.Equal(new(host, "puller", "canary-pull", null, null), pull);
        Assert.Equal($"PullCredential for {host}", pull.ToString());
        Assert.Equal($"{host}/a/b:v1", registry.PushReference("a/b", "v1"));
    }

    private void AssertNoSecret(Exception exception) => Assert.All([exception.ToString(), .. _log.Lines], text =>
    {
        Assert.DoesNotContain("canary", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Basic, text, StringComparison.Ordinal);
    });

    private sealed class RecordingLogger : ILogger<RemoteRegistry>
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{formatter(state, exception)} {exception}");
    }
}
