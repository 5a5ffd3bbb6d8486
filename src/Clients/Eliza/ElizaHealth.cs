namespace MultiAgentInfra.Clients.Eliza;

/// <summary>What came of asking an agent how it is.</summary>
public enum ElizaHealthState
{
    /// <summary>200: the server listens and an agent runs in it.</summary>
    Healthy,

    /// <summary>The server answers, but not that an agent runs.</summary>
    Degraded,

    /// <summary>Nothing answers on the port, or not in time.</summary>
    Unreachable,
}

/// <summary>What an agent says of itself.</summary>
/// <param name="Reason">Why it is not healthy, for people; empty when it is.</param>
public sealed record ElizaHealth(ElizaHealthState State, string Reason)
{
    public bool IsHealthy => State == ElizaHealthState.Healthy;
}
