using Microsoft.Extensions.Logging.Abstractions;
using MultiAgentInfra.Clients.Trivy;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Tests.Trivy;

public sealed class ScanPolicyFileTests : IDisposable
{
    private const string Strict = """{"severities":["CRITICAL","HIGH"],"onlyFixable":false}""";
    private const string Lax = """{"severities":[],"onlyFixable":true,"unscanned":"warn"}""";
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Without_a_file_the_shipped_policy_counts(bool requiresScan)
    {
        var current = new ScanPolicyFile(null, requiresScan, NullLogger<ScanPolicyFile>.Instance).Current();

        Assert.Equal(("default", requiresScan, null), (current.Source, current.Policy.RequiresScan, current.Problem));
        Assert.Equal(Digest.Of(ScanPolicyReader.Default()), current.Policy.Digest);
    }

    [Fact]
    public void A_changed_file_counts_at_once_and_an_invalid_one_changes_nothing_but_says_so()
    {
        File.WriteAllText(_path, Strict);
        var file = new ScanPolicyFile(_path, true, NullLogger<ScanPolicyFile>.Instance);
        Assert.Equal(("file", 2, true, null), Seen());

        File.WriteAllText(_path, Lax);
        Assert.Equal(("file", 0, false, null), Seen());

        File.WriteAllText(_path, """{"severities":["WORST"],"onlyFixable":1}""");
        Assert.Equal(
            ("file", 0, false, $"'{_path}': severities.0 must be CRITICAL, HIGH, MEDIUM, LOW or UNKNOWN; '{_path}': onlyFixable must be true or false"), Seen());

        File.Delete(_path);
        Assert.StartsWith($"'{_path}' cannot be read: ", Seen().Problem, StringComparison.Ordinal);

        File.WriteAllText(_path, Strict);
        Assert.Equal(("file", 2, true, null), Seen());

        (string Source, int Severities, bool RequiresScan, string? Problem) Seen()
        {
            var current = file.Current();
            return (current.Source, current.Policy.Severities.Count, current.Policy.RequiresScan, current.Problem);
        }
    }

    [Fact]
    public void An_invalid_file_stops_the_start_with_all_that_is_wrong()
    {
        File.WriteAllText(_path, """{"severities":["WORST"],"onlyFixable":1,"x":2}""");

        Assert.Equal(
            [
                $"Scan:PolicyFile '{_path}': severities.0 must be CRITICAL, HIGH, MEDIUM, LOW or UNKNOWN",
                $"Scan:PolicyFile '{_path}': onlyFixable must be true or false",
                $"Scan:PolicyFile '{_path}': x is not known",
            ],
            new ScanValidation().Validate(null, new() { PolicyFile = _path }).Failures);
        Assert.True(new ScanValidation().Validate(null, new()).Succeeded);
        Assert.True(new ScanValidation().Validate(null, new() { PolicyFile = _path + ".none" }).Failed);
        Assert.Throws<InvalidDataException>(() => new ScanPolicyFile(_path, true, NullLogger<ScanPolicyFile>.Instance));
    }
}
