using MultiAgentInfra.Clients.Processes;
using MultiAgentInfra.Clients.Trivy;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Clients.Tests.Trivy;

public sealed class TrivyScannerTests : IDisposable
{
    private const string Name = "127.0.0.1:5000/quarantine/runtime";
    private static readonly Digest Image = Digest.Of("image"u8);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("scans-");

    private static TrivySource Source => TrivySource.Remote($"{Name}@{Image}", new("127.0.0.1:5000", null, null, null, null));

    private static TrivySource WithAccount => TrivySource.Remote($"{Name}@{Image}", new("127.0.0.1:5000", "scanner", "canary-password", null, null));

    private static string SourceArguments => $"--image-src remote {Name}@{Image}";

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_report_is_read_to_what_the_gate_needs_and_nothing_of_the_surroundings_of_a_secret_is_kept()
    {
        var json = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Trivy", "trivy-report.example.json"), TestContext.Current.CancellationToken);

        var report = (await ScanAsync(json)).Report!;

        Assert.Equal(("trivy", "0.74.0"), (report.Scanner, report.Version));
        Assert.Equal(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero), report.DatabaseTime!.Value, TimeSpan.FromSeconds(1));
        Assert.Equal([ScanSeverity.Critical, ScanSeverity.High, ScanSeverity.Low], report.Vulnerabilities.Select(v => v.Severity));
        Assert.Equal([true, false, true], report.Vulnerabilities.Select(v => v.FixedIn is not null));
        Assert.All(report.Vulnerabilities, v => Assert.False(string.IsNullOrEmpty(v.Id) || string.IsNullOrEmpty(v.Package) || string.IsNullOrEmpty(v.Installed)));
        var secret = Assert.Single(report.Secrets);
        Assert.StartsWith("/", secret.Path, StringComparison.Ordinal);
        Assert.True(secret.FirstLine > 0 && secret.LastLine >= secret.FirstLine);
        var kept = System.Text.Json.JsonSerializer.Serialize(report);
        Assert.DoesNotContain("****", kept, StringComparison.Ordinal);
        Assert.DoesNotContain("NODE_ENV", kept, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.1", "1.1")]
    [InlineData("", null)]
    [InlineData(null, null)]
    public async Task A_vulnerability_without_a_fixed_version_has_no_fix_and_an_unknown_severity_is_unknown(string? said, string? expected)
    {
        var fix = said is null ? "" : $", \"FixedVersion\": \"{said}\"";
        var found = $$"""{"VulnerabilityID":"CVE-1","PkgName":"a\nb","InstalledVersion":"1.0","Severity":"SEVERE"{{fix}}}""";

        var report = (await ScanAsync($$"""{"SchemaVersion":2,"Results":[{"Vulnerabilities":[{{found}},{{found}}]},{}]}""")).Report!;

        Assert.Equal(new Vulnerability("CVE-1", "a b", "1.0", expected, ScanSeverity.Unknown, null, null), Assert.Single(report.Vulnerabilities));
    }

    [Fact]
    public async Task The_database_is_the_servers_when_one_was_asked()
    {
        var report = await ScanAsync("""{"SchemaVersion":2,"Trivy":{"Version":"0.74.0","Server":{"Version":"0.75.0","VulnerabilityDB":{"UpdatedAt":"2031-01-01T00:00:00Z"}}}}""");

        Assert.Equal(new DateTimeOffset(2031, 1, 1, 0, 0, 0, TimeSpan.Zero), report.Report!.DatabaseTime);
    }

    [Theory]
    [InlineData("0.69.3", true)]
    [InlineData("0.69.2", false)]
    [InlineData("0.69.4", false)]
    [InlineData("0.69.5", false)]
    [InlineData("0.69.6", false)]
    [InlineData("v0.69.4", false)]
    [InlineData("0.69.3-rc1", false)]
    [InlineData("0.70.0", true)]
    [InlineData("v0.74.0", true)]
    [InlineData("dev", false)]
    public async Task A_version_that_is_old_or_was_tampered_with_is_not_run(string version, bool accepted)
    {
        var result = await ScanAsync("""{"SchemaVersion":2}""", version);

        Assert.Equal(accepted, result.Report is not null);
        if (!accepted)
            Assert.Equal($"Trivy {version} is not accepted: 0.69.3, or 0.70.0 and newer, are.", result.Failure);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("""{"SchemaVersion":3}""")]
    [InlineData("""{"SchemaVersion":2,"Results":[{"Vulnerabilities":{}}]}""")]
    [InlineData("[]")]
    [InlineData("")]
    public async Task An_unreadable_report_is_none(string report) =>
        Assert.StartsWith("What Trivy printed cannot be read: ", (await ScanAsync(report)).Failure, StringComparison.Ordinal);

    [Fact]
    public async Task A_report_without_end_is_cut_off()
    {
        using var trivy = new FakeTrivy(SourceArguments, then: "exec cat /dev/zero");

        Assert.StartsWith("What Trivy printed cannot be read: ", (await ScanAsync(trivy, Source)).Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scan_that_fails_says_why_and_never_shows_its_credential()
    {
        using var trivy = new FakeTrivy(SourceArguments, then: "echo starting >&2; echo \"FATAL refused: $(cat \"$DOCKER_CONFIG/config.json\") canary-password\" >&2; exit 1");

        var result = await ScanAsync(trivy, WithAccount);

        Assert.StartsWith("Trivy failed with exit code 1: FATAL refused: ", result.Failure, StringComparison.Ordinal);
        Assert.DoesNotContain("canary-password", result.Failure, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String("scanner:canary-password"u8), result.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scan_that_takes_too_long_is_ended()
    {
        using var trivy = new FakeTrivy(SourceArguments, then: "touch \"$here/began\"; sleep 600");
        var clock = new FakeClock();
        var scan = new TrivyScanner(new ProcessRunner(TimeProvider.System), new(), clock, _folder.FullName, trivy.Environment)
            .ScanAsync(Source, TestContext.Current.CancellationToken);
        await Wait.UntilAsync("the scan to begin", TimeSpan.FromSeconds(20), () => Task.FromResult(File.Exists(trivy.PathOf("began"))));

        clock.Advance(TimeSpan.FromMinutes(11));

        Assert.Equal("Trivy did not finish within 00:10:00.", (await scan).Failure);
    }

    [Fact]
    public async Task Without_Trivy_there_is_no_report()
    {
        using var trivy = new FakeTrivy(SourceArguments);
        File.Delete(trivy.PathOf("trivy"));

        Assert.Equal("Trivy is not installed on this machine.", (await ScanAsync(trivy, Source)).Failure);
    }

    [Fact]
    public async Task A_credential_is_in_a_private_file_during_the_scan_and_nowhere_afterwards()
    {
        using var trivy = new FakeTrivy(SourceArguments);

        Assert.Null((await ScanAsync(trivy, WithAccount)).Failure);
        Assert.Equal("""{"auths":{"127.0.0.1:5000":{"auth":"c2Nhbm5lcjpjYW5hcnktcGFzc3dvcmQ="}}}""", trivy.SeenConfig);
        Assert.Null((await ScanAsync(trivy, TrivySource.Remote($"{Name}@{Image}", new("127.0.0.1:5000", null, null, "canary-token", null)))).Failure);
        Assert.Equal("""{"auths":{"127.0.0.1:5000":{"registrytoken":"canary-token"}}}""", trivy.SeenConfig);
        Assert.Null((await ScanAsync(trivy, Source)).Failure);
        Assert.Equal("""{"auths":{}}""", trivy.SeenConfig);

        Assert.Empty(_folder.GetFileSystemInfos());
    }

    [Fact]
    public void What_a_scan_has_left_that_did_not_end_is_removed_at_the_next_start()
    {
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "old", "docker"));
        using var trivy = new FakeTrivy(SourceArguments);

        Scanner(trivy);

        Assert.Empty(_folder.GetFileSystemInfos());
    }

    private TrivyScanner Scanner(FakeTrivy trivy) => new(new ProcessRunner(TimeProvider.System), new(), TimeProvider.System, _folder.FullName, trivy.Environment);

    private Task<ScanResult> ScanAsync(FakeTrivy trivy, TrivySource source) => Scanner(trivy).ScanAsync(source, TestContext.Current.CancellationToken);

    private async Task<ScanResult> ScanAsync(string report, string version = "0.74.0")
    {
        using var trivy = new FakeTrivy(SourceArguments, report, version);
        return await ScanAsync(trivy, Source);
    }
}
