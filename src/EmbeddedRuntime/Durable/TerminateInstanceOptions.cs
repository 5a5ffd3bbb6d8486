namespace MultiAgentInfra.EmbeddedRuntime;

/// <summary>The output that a terminated instance gets, and whether its sub-orchestrations are terminated with it.</summary>
public record TerminateInstanceOptions(object? Output = null, bool Recursive = false);
