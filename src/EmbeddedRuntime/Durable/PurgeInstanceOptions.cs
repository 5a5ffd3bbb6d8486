namespace MultiAgentInfra.EmbeddedRuntime;

/// <summary>Whether finished sub-orchestrations are purged with their parent.</summary>
public record PurgeInstanceOptions(bool Recursive = false);
