namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>A row of Suspects: work that was in flight when a process ended.</summary>
/// <param name="Work">Which.</param>
/// <param name="InstanceId">The instance, of a turn.</param>
/// <param name="Deaths">How often it has ended the process while it ran alone.</param>
/// <param name="Passes">How often it has outlived its time alone.</param>
/// <param name="Cause">How the last of those processes died.</param>
internal sealed record Suspect(WorkId Work, string? InstanceId, int Deaths, int Passes, string? Cause)
{
    public const int MostDeaths = 3;

    public bool IsPoison => Deaths >= MostDeaths;
}
