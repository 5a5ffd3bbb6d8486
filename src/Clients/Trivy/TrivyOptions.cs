using System.ComponentModel.DataAnnotations;

namespace MultiAgentInfra.Clients.Trivy;

/// <summary>How long a scan may take. What closes the gate is said by <see cref="ScanOptions.PolicyFile"/>.</summary>
public sealed record TrivyOptions
{
    /// <summary>For one scan, the download of the vulnerability database included; the budget of its step allows no more than ten minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "00:10:00")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);
}
