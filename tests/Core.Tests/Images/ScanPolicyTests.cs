using FsCheck;
using FsCheck.Fluent;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Core.Tests.Images;

public sealed class ScanPolicyTests
{
    private static readonly DateTimeOffset Now = new(2030, 6, 15, 12, 0, 0, TimeSpan.Zero);
    private static readonly Vulnerability Fixable = new("CVE-2030-1", "left-pad", "1.0", "1.1", ScanSeverity.Critical, "Overflow", null);

    [Theory]
    [InlineData(ScanSeverity.Critical, "1.1", true, ScanOutcome.Failed)]
    [InlineData(ScanSeverity.Critical, null, true, ScanOutcome.Passed)]
    [InlineData(ScanSeverity.Critical, null, false, ScanOutcome.Failed)]
    [InlineData(ScanSeverity.High, "1.1", true, ScanOutcome.Passed)]
    [InlineData(ScanSeverity.Unknown, "1.1", false, ScanOutcome.Passed)]
    public void A_vulnerability_closes_the_gate_by_its_severity_and_by_whether_it_has_a_fix(ScanSeverity severity, string? fix, bool onlyFixable, ScanOutcome expected)
    {
        var verdict = Policy(onlyFixable: onlyFixable).Judge(Scan([Fixable with { Severity = severity, FixedIn = fix }]), Now);

        Assert.Equal(expected, verdict.Outcome);
        Assert.Equal(expected == ScanOutcome.Failed, verdict.Reason.Contains("CVE-2030-1 in left-pad 1.0 (critical", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("2030-06-15", ScanOutcome.Passed, "The policy makes an exception for 1.")]
    [InlineData("2030-06-14", ScanOutcome.Failed, "Expired exceptions: cve-2030-1 of security@example.com, until 2030-06-14.")]
    public void An_exception_counts_until_the_end_of_its_last_day_and_is_named_afterwards(string expires, ScanOutcome expected, string sentence)
    {
        var verdict = Policy(new ScanExemption("cve-2030-1", null, "security@example.com", "Not reachable.", DateOnly.Parse(expires, System.Globalization.CultureInfo.InvariantCulture)))
            .Judge(Scan([Fixable]), Now);

        Assert.Equal(expected, verdict.Outcome);
        Assert.EndsWith(sentence, verdict.Reason, StringComparison.Ordinal);
        Assert.Equal(1, verdict.Critical);
    }

    [Fact]
    public void An_exception_for_a_package_covers_no_other_one()
    {
        var exemption = new ScanExemption(Fixable.Id, "other", "me", "Because.", DateOnly.MaxValue);

        Assert.Equal(ScanOutcome.Failed, Policy(exemption).Judge(Scan([Fixable]), Now).Outcome);
        Assert.Equal(ScanOutcome.Passed, Policy(exemption with { Package = Fixable.Package }).Judge(Scan([Fixable]), Now).Outcome);
    }

    [Theory]
    [InlineData(false, ScanOutcome.NotScanned, "No trivy.")]
    [InlineData(true, ScanOutcome.Failed, "No trivy. The policy lets no image through that was not scanned.")]
    public void Without_a_scan_the_policy_decides(bool requiresScan, ScanOutcome expected, string reason)
    {
        var verdict = Policy(requiresScan: requiresScan).Judge(ScanResult.NotScanned("No trivy."), Now);

        Assert.Equal((expected, reason, null), (verdict.Outcome, verdict.Reason, verdict.Scanner));
    }

    [Fact]
    public void A_long_list_of_findings_stays_short_in_the_verdict()
    {
        var verdict = Policy().Judge(Scan([.. Enumerable.Range(1, 500).Select(i => Fixable with { Id = $"CVE-2030-{i}" })]), Now);

        Assert.EndsWith("; and 497 more.", verdict.Reason, StringComparison.Ordinal);
        Assert.InRange(verdict.Reason.Length, 1, 400);
        Assert.Equal(500, verdict.Critical);
    }

    [Fact]
    public void A_vulnerability_is_counted_once_per_package_and_version_and_as_the_worst_it_was_called()
    {
        var verdict = Policy().Judge(Scan([Fixable with { Severity = ScanSeverity.Low }, Fixable, Fixable, Fixable with { Installed = "2.0" }]), Now);

        Assert.Equal((2, 0), (verdict.Critical, verdict.Low));
    }

    [Fact]
    public void A_secret_fails_under_every_policy() => Prop.ForAll(Policies().ToArbitrary(), Reports().ToArbitrary(), (policy, report) =>
        report.Secrets.Count == 0 || policy.Judge(ScanResult.Of(report), Now).Outcome == ScanOutcome.Failed).QuickCheckThrowOnFailure();

    [Fact]
    public void An_exception_never_closes_the_gate() => Prop.ForAll(Policies().ToArbitrary(), Exemptions().ToArbitrary(), Reports().ToArbitrary(), (policy, more, report) =>
        Passes(policy with { Exemptions = [.. policy.Exemptions, more] }, report) || !Passes(policy, report)).QuickCheckThrowOnFailure();

    [Fact]
    public void A_stricter_policy_passes_nothing_that_a_laxer_one_refuses() => Prop.ForAll(Policies().ToArbitrary(), Severities().ToArbitrary(), Reports().ToArbitrary(), (lax, more, report) =>
    {
        var strict = lax with { Severities = lax.Severities.Union(more).ToHashSet(), OnlyFixable = false, Exemptions = [.. lax.Exemptions.Skip(1)] };
        return Passes(lax, report) || !Passes(strict, report);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Time_alone_never_opens_the_gate() => Prop.ForAll(Policies().ToArbitrary(), Reports().ToArbitrary(), Gen.Choose(0, 4000).ToArbitrary(), (policy, report, days) =>
        Passes(policy, report) || policy.Judge(ScanResult.Of(report), Now.AddDays(days)).Outcome == ScanOutcome.Failed).QuickCheckThrowOnFailure();

    [Fact]
    public void A_verdict_says_the_same_of_the_same_report_and_counts_all_of_it() => Prop.ForAll(Policies().ToArbitrary(), Reports().ToArbitrary(), (policy, report) =>
    {
        var (one, two) = (policy.Judge(ScanResult.Of(report), Now), policy.Judge(ScanResult.Of(report), Now));
        return one == two && one.Policy == policy.Digest
            && one.Critical + one.High + one.Medium + one.Low + one.Unknown == report.Vulnerabilities.Count && one.Secrets == report.Secrets.Count;
    }).QuickCheckThrowOnFailure();

    private static bool Passes(ScanPolicy policy, ScanReport report) => policy.Judge(ScanResult.Of(report), Now).Outcome == ScanOutcome.Passed;

    private static ScanPolicy Policy(ScanExemption? exemption = null, bool onlyFixable = true, bool requiresScan = false) =>
        new(new HashSet<ScanSeverity> { ScanSeverity.Critical }, onlyFixable, requiresScan, exemption is null ? [] : [exemption], Digest.Of("policy"u8));

    private static ScanResult Scan(IEnumerable<Vulnerability> found) => ScanResult.Of(ScanReport.Of("trivy", "0.74.0", null, Now, found, []));

    private static Gen<HashSet<ScanSeverity>> Severities() => Gen.Elements(Enum.GetValues<ScanSeverity>()).ListOf().Select(list => list.ToHashSet());

    private static Gen<ScanExemption> Exemptions() =>
        from id in Gen.Choose(1, 5)
        from package in Gen.Elements<string?>(null, "a", "b")
        from days in Gen.Choose(-3, 3000)
        select new ScanExemption($"CVE-{id}", package, "owner", "reason", DateOnly.FromDateTime(Now.UtcDateTime).AddDays(days));

    private static Gen<ScanPolicy> Policies() =>
        from severities in Severities()
        from onlyFixable in Gen.Elements(true, false)
        from exemptions in Exemptions().ListOf()
        select new ScanPolicy(severities, onlyFixable, false, [.. exemptions], Digest.Of("policy"u8));

    private static Gen<ScanReport> Reports() =>
        from vulnerabilities in Vulnerabilities().ListOf()
        from secrets in Gen.Frequency((4, Gen.Constant(0)), (1, Gen.Choose(1, 3)))
        select ScanReport.Of("trivy", "0.74.0", null, Now, vulnerabilities, Enumerable.Range(1, secrets).Select(line => new LeakedSecret("key", ScanSeverity.Low, "/x", line, line)));

    private static Gen<Vulnerability> Vulnerabilities() =>
        from id in Gen.Choose(1, 5)
        from package in Gen.Elements("a", "b")
        from fix in Gen.Elements<string?>(null, "2")
        from severity in Gen.Elements(Enum.GetValues<ScanSeverity>())
        select new Vulnerability($"CVE-{id}", package, "1", fix, severity, null, null);
}
