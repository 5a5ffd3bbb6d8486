using MultiAgentInfra.Clients.Kubernetes;
using MultiAgentInfra.Clients.Portainer;
using MultiAgentInfra.Clients.Trivy;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.TestSupport;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.Clients.Tests.Trivy;

public sealed class KubernetesJobScannerTests : IAsyncLifetime
{
    private const string Canary = "canary-of-a-pull-token-4471";
    private static readonly Digest Image = Digest.Of("image"u8);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly FakeClock _clock = new();
    private PortainerServer _portainer = null!;
    private Cluster _cluster = null!;
    private PortainerConnection _connection = null!;

    private static TrivySource Source => TrivySource.Remote($"registry.example/quarantine/runtime@{Image}", new("registry.example", null, null, Canary, null));

    public async ValueTask InitializeAsync()
    {
        _portainer = await PortainerServer.StartAsync(_clock);
        _cluster = _portainer.AddKubernetes("one");
        _connection = PortainerConnection.To(new() { Address = _portainer.Address, ApiKey = PortainerServer.ApiKey });
    }

    public async ValueTask DisposeAsync()
    {
        _connection.Dispose();
        await _portainer.DisposeAsync();
        Assert.Empty(_portainer.UnknownRoutes);
    }

    [Fact]
    public async Task A_job_scans_the_image_and_leaves_nothing_behind()
    {
        await LogAsync("""{"SchemaVersion":2,"Results":[{"Vulnerabilities":[{"VulnerabilityID":"CVE-1","PkgName":"a","InstalledVersion":"1","Severity":"HIGH"}]}]}""");

        var report = (await ScanAsync()).Report!;

        Assert.Equal("CVE-1", Assert.Single(report.Vulnerabilities).Id);
        Assert.Equal(("0.74.0", new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero)), (report.Version, report.DatabaseTime));
        Assert.Empty(_cluster.Objects("jobs"));
        Assert.DoesNotContain(_cluster.Objects("secrets"), secret => Namespace(secret) == ScanJobManifest.Namespace);
    }

    [Fact]
    public async Task The_credential_is_in_a_secret_and_nowhere_else()
    {
        _cluster.WhenImage("trivy", Behaviour.Runs());
        using var stop = new CancellationTokenSource();
        var scan = Scanner().ScanAsync(Source, stop.Token);

        await PumpAsync("the pod", () => scan.IsCompleted || _cluster.Objects("pods").Any(pod => (string?)pod["status"]!["phase"] == "Running"));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scan);

        Assert.All(new[] { "jobs", "pods", "configmaps", "events", "namespaces" }, kind => Assert.DoesNotContain(_cluster.Objects(kind), item => item.ToJsonString().Contains(Canary, StringComparison.Ordinal)));
        var secret = Assert.Single(_cluster.Objects("secrets"), secret => Namespace(secret) == ScanJobManifest.Namespace);
        var config = System.Text.Encoding.UTF8.GetString(Convert.FromBase64String((string)secret["data"]!["config.json"]!));
        Assert.Equal("""{"auths":{"registry.example":{"registrytoken":"CANARY"}}}""".Replace("CANARY", Canary, StringComparison.Ordinal), config);
        Assert.Equal((string?)_cluster.Objects("jobs").Single()["metadata"]!["uid"], (string?)secret["metadata"]!["ownerReferences"]![0]!["uid"]);
    }

    [Fact]
    public async Task A_scan_is_found_again_after_the_control_plane_died()
    {
        _cluster.WhenImage("trivy", Behaviour.Completes([.. await ScanScript.RunAsync("""{"SchemaVersion":2}""")]) with { ExitTime = TimeSpan.FromMinutes(1) });
        using var dies = new CancellationTokenSource();
        var first = Scanner().ScanAsync(Source, dies.Token);
        await PumpAsync("the job", () => first.IsCompleted || _cluster.Objects("jobs").Count > 0);
        await dies.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        var result = await ScanAsync();

        Assert.NotNull(result.Report);
        Assert.Single(_portainer.Calls, call => call.StartsWith("POST ", StringComparison.Ordinal) && call.Contains("/jobs", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_scan_that_was_found_without_the_beginning_of_its_report_is_made_again()
    {
        var lines = await ScanScript.RunAsync("""{"SchemaVersion":2}""");
        _cluster.WhenImage("trivy", Behaviour.Completes(lines[^1]));
        using var dies = new CancellationTokenSource();
        var first = Scanner().ScanAsync(Source, dies.Token);
        // Without its secret the pod would wait for the next scan.
        await PumpAsync("the secret", () => first.IsCompleted || _cluster.Objects("secrets").Any(secret => Namespace(secret) == ScanJobManifest.Namespace));
        await dies.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Single(_cluster.Objects("jobs"));
        _cluster.WhenImage("trivy", Behaviour.Completes([.. lines]));

        var result = await ScanAsync();

        Assert.NotNull(result.Report);
        Assert.Equal(2, _portainer.Calls.Count(call => call.StartsWith("POST ", StringComparison.Ordinal) && call.Contains("/jobs", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_trivy_says_comes_out_without_the_credential()
    {
        _cluster.WhenImage("trivy", Behaviour.Completes([.. await ScanScript.RunAsync("", exitCode: 1, errors: $"FATAL  unauthorized: {Canary}")]));

        var failure = (await ScanAsync()).Failure!;

        Assert.StartsWith("Trivy failed with exit code 1: FATAL  unauthorized: ", failure, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_that_cannot_run_says_why()
    {
        _cluster.WhenImage("trivy", Behaviour.ImagePullFails("no such image"));

        var failure = (await ScanAsync()).Failure!;

        Assert.Contains("no such image", failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pod_that_ends_without_a_report_is_no_scan()
    {
        _cluster.WhenImage("trivy", Behaviour.OutOfMemory());

        var failure = (await ScanAsync()).Failure!;

        Assert.Contains("Job has reached the specified backoff limit; its container ended with 137, OOMKilled", failure, StringComparison.Ordinal);
        Assert.Empty(_cluster.Objects("jobs"));
    }

    [Fact]
    public async Task A_trivy_of_the_intruder_is_not_believed()
    {
        await LogAsync("""{"SchemaVersion":2}""", "0.69.4");

        Assert.StartsWith("Trivy 0.69.4 is not accepted", (await ScanAsync()).Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_of_this_machine_is_out_of_a_clusters_reach() => Assert.Equal(
        "A scan on a cluster needs an image registry that the cluster can reach.",
        (await Scanner().ScanAsync(TrivySource.Layout("/registry", Image), CancellationToken.None)).Failure);

    private static string? Namespace(System.Text.Json.Nodes.JsonObject item) => (string?)item["metadata"]!["namespace"];

    private KubernetesJobScanner Scanner() => new(
        new KubernetesClient(_connection.Kubernetes(1), _clock), new($"mirror.example/trivy@{Digest.Of("trivy"u8)}", [], new Dictionary<string, string>()), new(), _clock);

    private async Task LogAsync(string report, string version = "0.74.0") => _cluster.WhenImage("trivy", Behaviour.Completes([.. await ScanScript.RunAsync(report, version)]));

    private async Task<ScanResult> ScanAsync()
    {
        var scan = Scanner().ScanAsync(Source, CancellationToken.None);
        await PumpAsync("the scan", () => scan.IsCompleted);
        return await scan;
    }

    /// <summary>Moves the clock on whenever the scanner waits for its next look.</summary>
    private Task PumpAsync(string what, Func<bool> isDone) => Wait.ForAsync(what, Deadline, () =>
    {
        if (isDone())
            return Task.FromResult<string?>("done");
        if (_clock.NextTimer is { } next && next - _clock.GetUtcNow() <= KubernetesJobScanner.Pause)
            _clock.Advance(KubernetesJobScanner.Pause);
        return Task.FromResult<string?>(null);
    }, TimeSpan.FromMilliseconds(1));
}
