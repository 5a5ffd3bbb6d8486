namespace MultiAgentInfra.Functions.Http;

/// <summary>A page of an agent's own output; <paramref name="Next"/> is the cursor behind it, the same when there is nothing new.</summary>
public sealed record LogBody(IReadOnlyList<string> Lines, long Next);
