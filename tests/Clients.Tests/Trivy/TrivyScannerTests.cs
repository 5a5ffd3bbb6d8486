using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Processes;
using MultiAgentInfra.Clients.Tests.Oci;
using MultiAgentInfra.Clients.Trivy;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Tests.Trivy;

public sealed class TrivyScannerTests : IDisposable
{
    private const string Empty = """{"SchemaVersion":2,"ArtifactName":"x"}""";
    private static readonly Digest Image = Digest.Of("image"u8);

    private readonly TemporaryLayout _temporary = new();

    private OciLayout Layout => _temporary.Layout;

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task An_image_without_findings_passes()
    {
        var verdict = await ScanAsync(Empty);

        Assert.Equal((ScanOutcome.Passed, "trivy 0.74.0"), (verdict.Outcome, verdict.Scanner));
    }

    [Fact]
    public async Task A_secret_fails_the_image_and_its_surroundings_are_not_repeated()
    {
        var report = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Trivy", "trivy-report.example.json"));

        var verdict = await ScanAsync(report);

        Assert.Equal((ScanOutcome.Failed, 1, 1, 0, 1, 1), (verdict.Outcome, verdict.Critical, verdict.High, verdict.Medium, verdict.Low, verdict.Secrets));
        Assert.StartsWith("The image holds secrets: ", verdict.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CRITICAL", "1.1", TrivySeverity.Critical, ScanOutcome.Failed)]
    [InlineData("CRITICAL", null, TrivySeverity.Critical, ScanOutcome.Passed)]
    [InlineData("CRITICAL", "", TrivySeverity.Critical, ScanOutcome.Passed)]
    [InlineData("HIGH", "1.1", TrivySeverity.Critical, ScanOutcome.Passed)]
    [InlineData("HIGH", "1.1", TrivySeverity.High, ScanOutcome.Failed)]
    [InlineData("CRITICAL", "1.1", TrivySeverity.Low, ScanOutcome.Failed)]
    [InlineData("SOMETHING", "1.1", TrivySeverity.Low, ScanOutcome.Passed)]
    public async Task Only_a_vulnerability_of_the_chosen_severity_that_has_a_fix_closes_the_gate(string severity, string? fix, TrivySeverity failOn, ScanOutcome expected)
    {
        var fixedVersion = fix is null ? "" : $", \"FixedVersion\": \"{fix}\"";
        var finding = $$"""{"VulnerabilityID":"CVE-1","PkgName":"p","InstalledVersion":"1.0","Severity":"{{severity}}"{{fixedVersion}}}""";

        var verdict = await ScanAsync($$"""{"SchemaVersion":2,"Results":[{"Target":"Node.js","Vulnerabilities":[{{finding}},{{finding}}]}]}""", new() { FailOn = failOn });

        Assert.Equal(expected, verdict.Outcome);
        Assert.Equal(severity == "CRITICAL" ? 1 : 0, verdict.Critical);
        Assert.Equal(expected == ScanOutcome.Failed, verdict.Reason.Contains("CVE-1 in p 1.0 (fixed in 1.1)", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("0.69.3", ScanOutcome.Passed)]
    [InlineData("0.69.2", ScanOutcome.NotScanned)]
    [InlineData("0.69.4", ScanOutcome.NotScanned)]
    [InlineData("0.69.6", ScanOutcome.NotScanned)]
    [InlineData("0.70.0", ScanOutcome.Passed)]
    [InlineData("dev", ScanOutcome.NotScanned)]
    public async Task A_version_that_is_old_or_was_tampered_with_is_not_run(string version, ScanOutcome expected)
    {
        var verdict = await ScanAsync(Empty, version: version);

        Assert.Equal(expected, verdict.Outcome);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("""{"SchemaVersion":3}""")]
    [InlineData("[]")]
    public async Task An_unreadable_report_is_no_verdict(string report)
    {
        var verdict = await ScanAsync(report);

        Assert.Equal(ScanOutcome.NotScanned, verdict.Outcome);
    }

    [Fact]
    public async Task A_scan_that_fails_is_no_verdict_and_says_why()
    {
        using var trivy = new FakeProgram("trivy", """
            [ "$1" = --version ] && echo "Version: 0.74.0" && exit 0
            echo "starting" >&2; echo "FATAL no vulnerability database" >&2; exit 1
            """);

        var verdict = await CreateScanner(trivy).ScanAsync(Layout, Image, CancellationToken.None);

        Assert.Equal(ScanOutcome.NotScanned, verdict.Outcome);
        Assert.EndsWith("FATAL no vulnerability database", verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_Trivy_there_is_no_verdict()
    {
        using var other = new FakeProgram("other", "");

        var verdict = await CreateScanner(other).ScanAsync(Layout, Image, CancellationToken.None);

        Assert.Equal((ScanOutcome.NotScanned, "Trivy is not installed on this machine."), (verdict.Outcome, verdict.Reason));
    }

    private async Task<ScanVerdict> ScanAsync(string report, TrivyOptions? options = null, string version = "0.74.0")
    {
        using var trivy = new FakeProgram("trivy", $$"""
            [ "$1" = --version ] && echo "Version: {{version}}" && echo "Vulnerability DB:" && exit 0
            expected="image --input {{Layout.Root}}@{{Image}} --format json --scanners vuln,secret --severity UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL"
            expected="$expected --list-all-pkgs=false --exit-code 0 --no-progress --skip-version-check --disable-telemetry --timeout 600s"
            [ "$*" = "$expected" ] || { echo "wrong arguments: $*" >&2; exit 2; }
            cat "${0%/*}/report.json"
            """);
        await File.WriteAllTextAsync(trivy.PathOf("report.json"), report);
        return await CreateScanner(trivy, options).ScanAsync(Layout, Image, CancellationToken.None);
    }

    private static TrivyScanner CreateScanner(FakeProgram trivy, TrivyOptions? options = null) =>
        new(new ProcessRunner(TimeProvider.System), options ?? new(), TimeProvider.System, trivy.Environment);
}
