using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MultiAgentInfra.Clients.Trivy;

namespace MultiAgentInfra.Clients.Tests.Trivy;

public sealed class ScanJobLogTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(1_500_000)]
    public async Task A_report_of_any_size_comes_out_as_it_went_in(int bytes)
    {
        var noise = Convert.ToBase64String(RandomNumberGenerator.GetBytes(bytes));
        var lines = await ScanScript.RunAsync($$"""{"SchemaVersion":2,"Results":[{"Vulnerabilities":[{"VulnerabilityID":"CVE-1","Title":"{{noise}}"}]}]}""");
        var log = new ScanJobLog();

        log.Add(ScanScript.Log(lines));

        Assert.True(log.IsWhole);
        Assert.All(lines, line => Assert.True(Encoding.UTF8.GetByteCount(line) < 16 * 1024));
        var (version, report) = log.Open();
        Assert.Equal("0.74.0", version.Version);
        Assert.Equal(noise, report.Results![0].Vulnerabilities![0].Title);
    }

    [Fact]
    public async Task A_node_may_have_thrown_the_beginning_away_once_it_was_read()
    {
        var lines = await ScanScript.RunAsync($$"""{"SchemaVersion":2,"ArtifactName":"{{Convert.ToBase64String(RandomNumberGenerator.GetBytes(100_000))}}"}""");
        var log = new ScanJobLog();

        log.Add(ScanScript.Log(lines.Take(5)));
        Assert.False(log.IsWhole);
        log.Add(ScanScript.Log(lines.Skip(4)));

        Assert.True(log.IsWhole);
        Assert.Equal(2, log.Open().Report.SchemaVersion);
    }

    [Fact]
    public async Task A_line_that_is_missing_is_missed()
    {
        var lines = await ScanScript.RunAsync($$"""{"SchemaVersion":2,"ArtifactName":"{{Convert.ToBase64String(RandomNumberGenerator.GetBytes(100_000))}}"}""");
        var log = new ScanJobLog();

        log.Add(ScanScript.Log(lines.Where(line => !line.StartsWith("report 3 ", StringComparison.Ordinal))));

        Assert.False(log.IsWhole);
    }

    [Fact]
    public async Task A_report_that_was_changed_is_not_read()
    {
        var lines = (await ScanScript.RunAsync("""{"SchemaVersion":2}""")).Select(line => line.StartsWith("end ", StringComparison.Ordinal) ? $"end 1 {new string('0', 64)}" : line);
        var log = new ScanJobLog();

        log.Add(ScanScript.Log(lines));

        Assert.Throws<InvalidDataException>(() => log.Open());
    }

    [Fact]
    public async Task What_is_no_report_is_not_read()
    {
        var log = new ScanJobLog();

        log.Add(ScanScript.Log(await ScanScript.RunAsync("no json")));

        Assert.Throws<JsonException>(() => log.Open());
    }

    [Fact]
    public async Task Trivys_own_words_come_out_when_it_fails()
    {
        var log = new ScanJobLog();

        log.Add(ScanScript.Log(await ScanScript.RunAsync("", exitCode: 1, errors: "FATAL  pull: unauthorized")));

        Assert.Equal("Trivy failed with exit code 1: FATAL  pull: unauthorized", log.Failure);
    }
}
