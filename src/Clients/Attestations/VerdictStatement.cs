using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Attestations;

/// <summary>What the gate said of an image before it was released. The predicate type is this system's own: those in use describe the
/// findings of one scanner, not a decision.</summary>
/// <param name="Outcome">As in <see cref="ScanOutcome"/>.</param>
/// <param name="Scanner">Name and version; absent when nothing scanned.</param>
public sealed record VerdictStatement(string Outcome, string? Scanner, string Reason, FindingCounts Findings)
{
    public const string PredicateType = "https://multiagentinfra.dev/scan-verdict/v1";

    /// <summary>Of an agent image: the runtime image whose verdict it inherits.</summary>
    public ResourceDescriptor? Inherited { get; init; }

    /// <summary>Of an agent image: its own layer, in which no secret was found, neither by a known pattern nor by the agent's own values.</summary>
    public ResourceDescriptor? ScannedLayer { get; init; }

    /// <summary>The digest of the policy that decided.</summary>
    public Digest? Policy { get; init; }

    public static VerdictStatement Of(ScanVerdict verdict)
    {
        var findings = new FindingCounts(verdict.Critical, verdict.High, verdict.Medium, verdict.Low, verdict.Unknown, verdict.Excepted, verdict.Secrets);
        return new(verdict.Outcome.ToString(), verdict.Scanner, verdict.Reason, findings) { Policy = verdict.Policy };
    }
}

/// <summary>How many vulnerabilities of each severity there are, for how many of them the policy makes an exception, and how many secrets.</summary>
public sealed record FindingCounts(int Critical, int High, int Medium, int Low, int Unknown, int Excepted, int Secrets);
