using System.ComponentModel.DataAnnotations;

namespace MultiAgentInfra.Clients.Trivy;

/// <summary>When the gate closes, and how long a scan may take.</summary>
public sealed record TrivyOptions
{
    /// <summary>An image with a vulnerability of this severity or above that has a fix does not pass; one with a secret never does.</summary>
    public TrivySeverity FailOn { get; init; } = TrivySeverity.Critical;

    /// <summary>For one scan, the download of the vulnerability database included; the budget of its step allows no more than ten minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "00:10:00")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);
}

/// <summary>As Trivy ranks findings.</summary>
public enum TrivySeverity
{
    Unknown,
    Low,
    Medium,
    High,
    Critical,
}
