namespace MultiAgentInfra.Clients.Targets;

/// <summary>What a preparation came to.</summary>
/// <param name="What">For people, without a full stop: what had to be done, what became of the agent's data, or what is waited for.</param>
/// <param name="IsReady">False while something is still made that the launch needs: it is to be prepared again.</param>
public sealed record Preparation(string What, bool IsReady = true);
