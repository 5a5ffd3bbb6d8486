using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Core.Tests.Images;

public sealed class ScanPolicyReaderTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_shipped_policy_refuses_critical_vulnerabilities_that_have_a_fix_and_leaves_open_what_is_not_scanned(bool requiresScan)
    {
        Assert.Empty(ScanPolicyReader.TryRead(ScanPolicyReader.Default(), requiresScan, out var policy));

        Assert.Equal([ScanSeverity.Critical], policy!.Severities);
        Assert.True(policy.OnlyFixable);
        Assert.Empty(policy.Exemptions);
        Assert.Equal(requiresScan, policy.RequiresScan);
    }

    [Fact]
    public void Every_member_is_read()
    {
        var json = """
            {
              "severities": ["CRITICAL", "high"],
              "onlyFixable": false,
              "unscanned": "fail",
              "exceptions": [
                { "id": "CVE-2030-1", "owner": "security@example.com", "reason": "Not reachable.", "expires": "2030-12-31" },
                { "id": "GHSA-1", "package": "left-pad", "owner": "me", "reason": "Patched.", "expires": "2031-01-01" }
              ]
            }
            """;

        Assert.Empty(Read(json, out var policy));

        Assert.Equal([ScanSeverity.High, ScanSeverity.Critical], policy!.Severities.Order());
        Assert.Equal((false, true), (policy.OnlyFixable, policy.RequiresScan));
        Assert.Equal(new("CVE-2030-1", null, "security@example.com", "Not reachable.", new(2030, 12, 31)), policy.Exemptions[0]);
        Assert.Equal(new("GHSA-1", "left-pad", "me", "Patched.", new(2031, 1, 1)), policy.Exemptions[1]);
        Assert.Equal(Digest.Of(Encoding.UTF8.GetBytes(json)), policy.Digest);
    }

    [Fact]
    public void All_errors_are_found_at_once()
    {
        var json = """
            {
              "severities": ["CRITICAL", "SEVERE", 4],
              "onlyFixable": "yes",
              "unscanned": "ignore",
              "failOn": "HIGH",
              "exceptions": [
                { "id": "", "owner": 1, "expires": "31.12.2030", "until": "ever" },
                "CVE-2030-1"
              ]
            }
            """;

        var errors = Read(json, out var policy);

        Assert.Null(policy);
        Assert.Equal(
            [
                "exceptions.0.expires must be a date such as 2026-12-31",
                "exceptions.0.id must not be empty",
                "exceptions.0.owner must be a string",
                "exceptions.0.reason is required",
                "exceptions.0.until is not known",
                "exceptions.1 must be an object",
                "failOn is not known",
                "onlyFixable must be true or false",
                "severities.1 must be CRITICAL, HIGH, MEDIUM, LOW or UNKNOWN",
                "severities.2 must be CRITICAL, HIGH, MEDIUM, LOW or UNKNOWN",
                "unscanned must be warn or fail",
            ],
            errors.Select(error => $"{error.Path} {error.Message}").Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("{}", "severities is required", "onlyFixable is required")]
    [InlineData("[]", " must be an object")]
    [InlineData("""{"severities":"CRITICAL","onlyFixable":true}""", "severities must be an array")]
    [InlineData("""{"severities":[],"onlyFixable":true,"exceptions":{}}""", "exceptions must be an array")]
    public void What_is_missing_or_of_another_kind_is_said(string json, params string[] expected) =>
        Assert.Equal(expected, Read(json, out _).Select(error => $"{error.Path} {error.Message}"));

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("""{"severities":[],"severities":["CRITICAL"],"onlyFixable":true}""")]
    public void A_text_that_is_no_JSON_or_says_a_thing_twice_is_refused(string json) =>
        Assert.StartsWith("is not valid JSON: ", Assert.Single(Read(json, out _)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_text_has_a_policy_or_errors_and_never_both() =>
        Prop.ForAll(Texts().ToArbitrary(), text => Read(text, out var policy).Count == 0 == policy is not null).QuickCheckThrowOnFailure();

    private static IReadOnlyList<FieldError> Read(string json, out ScanPolicy? policy) => ScanPolicyReader.TryRead(Encoding.UTF8.GetBytes(json), false, out policy);

    private static Gen<string> Texts()
    {
        var value = Gen.Elements("[]", "[\"HIGH\"]", "true", "\"warn\"", "null", "{}", "[{\"id\":\"x\"}]", "1");
        var member = Gen.Zip(Gen.Elements("severities", "onlyFixable", "unscanned", "exceptions", "x"), value);
        return member.ListOf().Select(members => $"{{{string.Join(',', members.DistinctBy(m => m.Item1).Select(m => $"{JsonSerializer.Serialize(m.Item1)}:{m.Item2}"))}}}");
    }
}
