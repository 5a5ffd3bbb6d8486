using System.Text.Json.Nodes;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Trivy;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Functions.Tests;

public sealed class ImageScanTests : IAsyncLifetime
{
    private const string Excepting =
        """{"severities":["CRITICAL"],"onlyFixable":true,"exceptions":[{"id":"CVE-1","owner":"me","reason":"Not reachable.","expires":"9999-12-31"}]}""";

    private readonly string _policy = Path.GetTempFileName();
    private readonly ApiFixture _api;

    public ImageScanTests()
    {
        File.WriteAllBytes(_policy, ScanPolicyReader.Default());
        _api = new() { MoreSettings = new Dictionary<string, string?> { ["Scan:PolicyFile"] = _policy } };
    }

    public ValueTask InitializeAsync() => _api.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        File.Delete(_policy);
    }

    [Fact]
    public async Task An_agent_image_has_the_verdict_of_its_runtime_and_the_scan_of_its_own_layer()
    {
        var image = await PushAsync();

        var scan = await GetAsync(image);

        Assert.Equal((image.Value, "Agent", "Failed"), ((string)scan["image"]!, (string)scan["kind"]!, (string)scan["outcome"]!));
        Assert.Equal(Digest.Of("runtime"u8).Value, (string)scan["runtime"]!);
        Assert.Equal(("trivy", "0.74.0"), ((string)scan["scanner"]!, (string)scan["version"]!));
        Assert.Equal("""{"critical":2,"high":0,"medium":0,"low":1,"unknown":0,"secrets":0,"excepted":0}""", scan["counts"]!.ToJsonString());
        Assert.Equal(3, (int)scan["findings"]!["total"]!);
        Assert.Equal(["CVE-1", "CVE-2", "CVE-3"], scan["findings"]!["vulnerabilities"]!.AsArray().Select(found => (string)found!["id"]!));
        Assert.Equal((SecretScanner.Version, 0), ((string)scan["layerScan"]!["version"]!, (int)scan["layerScan"]!["secrets"]!));
        Assert.Null((await GetAsync(Digest.Of("runtime"u8)))["layerScan"]);
    }

    [Fact]
    public async Task A_changed_policy_changes_the_verdict_without_a_new_scan()
    {
        var image = await PushAsync();
        var before = await GetAsync(image);

        await File.WriteAllTextAsync(_policy, Excepting, TestContext.Current.CancellationToken);
        var excepted = await GetAsync(image);
        await File.WriteAllTextAsync(_policy, "{", TestContext.Current.CancellationToken);
        var invalid = await GetAsync(image);

        Assert.Equal(("Failed", "file"), ((string)before["outcome"]!, (string)before["policy"]!["source"]!));
        Assert.Equal(("Passed", 1), ((string)excepted["outcome"]!, (int)excepted["counts"]!["excepted"]!));
        Assert.Equal(Digest.Of(System.Text.Encoding.UTF8.GetBytes(Excepting)).Value, (string)excepted["policy"]!["digest"]!);
        Assert.True(JsonNode.DeepEquals(excepted, invalid));
        Assert.Single(_api.Logs, line => line.Contains("The scan policy cannot be used", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_many_findings_the_worst_are_listed_and_all_are_counted()
    {
        var image = await PushAsync();
        var many = Enumerable.Range(1, 2500).Select(i => new Vulnerability($"CVE-{i}", "left-pad", "1.0", null, i == 2500 ? ScanSeverity.Critical : ScanSeverity.Low, null, null));
        await _api.Get<ScanGate>().RecordAsync(
            Digest.Of("runtime"u8), ScanResult.Of(ScanReport.Of("trivy", "0.74.0", null, DateTimeOffset.UnixEpoch, many, [])), TestContext.Current.CancellationToken);

        var findings = (await GetAsync(image))["findings"]!;

        Assert.Equal((2500, 1000), ((int)findings["total"]!, findings["vulnerabilities"]!.AsArray().Count));
        Assert.Equal("CVE-2500", (string)findings["vulnerabilities"]![0]!["id"]!);
    }

    [Fact]
    public async Task An_image_that_nothing_scanned_says_why()
    {
        var runtime = Digest.Of("unscanned"u8);
        var organization = await _api.Get<OrganizationStore>().GetPersonalAsync(_api.Owner.ToString(), TestContext.Current.CancellationToken);
        await _api.Get<ImageStore>().RecordAsync(new("runtime", runtime, ImageKind.Runtime, "key", 1), TestContext.Current.CancellationToken);
        await _api.Get<ImageStore>().RecordAsync(new("agents", Digest.Of("agent"u8), ImageKind.Agent, null, 1, runtime, null, organization), TestContext.Current.CancellationToken);
        await _api.Get<ScanGate>().RecordAsync(runtime, ScanResult.NotScanned("No Trivy."), TestContext.Current.CancellationToken);

        var scan = await GetAsync(runtime);

        Assert.Equal(("NotScanned", "No Trivy.", null), ((string)scan["outcome"]!, (string)scan["reason"]!, (string?)scan["scanner"]));
    }

    private async Task<Digest> PushAsync() => await _api.PushImageAsync(Guid.Parse((string)(await _api.PostAsync())["agentId"]!));

    private async Task<JsonNode> GetAsync(Digest image)
    {
        using var client = _api.Client();
        var response = await client.GetAsync($"/api/images/{image}/scan");
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }
}
