namespace MultiAgentInfra.Functions.Http;

/// <summary>What the health endpoints answer.</summary>
public sealed record HealthBody(string Status);
