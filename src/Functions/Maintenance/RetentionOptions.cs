using System.ComponentModel.DataAnnotations;

namespace MultiAgentInfra.Functions.Maintenance;

/// <summary>How long images stay that no agent needs at the moment.</summary>
public sealed record RetentionOptions
{
    public const string Section = "Retention";

    /// <summary>How many of its newest revisions each agent keeps the images of, for a rollback.</summary>
    [Range(1, 100)]
    public int KeepRevisions { get; init; } = 3;

    /// <summary>Nothing goes that was made or used in this time. Longer than a deployment may take, so that none loses what it is about to use.</summary>
    [Range(typeof(TimeSpan), "06:00:00", "365.00:00:00")]
    public TimeSpan MinimumAge { get; init; } = TimeSpan.FromDays(1);
}
