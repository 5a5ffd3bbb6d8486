namespace MultiAgentInfra.Core.Agents;

/// <summary>How a revision wants to run; where a target knows of no such choice the defaults are the only values.</summary>
/// <param name="Cluster">The cluster that it must go to, by its id; null for the one with the most room.</param>
/// <param name="Replicable">That several of it may run at once; a singleton's second copy would fight over its tokens and its data.</param>
/// <param name="Replicas">How many run, from 1.</param>
/// <param name="MaxReplicas">Up to how many may run under load; null for a fixed number.</param>
/// <param name="Host">The DNS name that it is to be reached by from outside; null for an agent that nobody calls.</param>
public sealed record AgentDeployment(
    string? Cluster = null, bool Replicable = false, int Replicas = 1, int? MaxReplicas = null, string? Host = null);
