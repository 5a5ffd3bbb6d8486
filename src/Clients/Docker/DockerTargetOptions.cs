namespace MultiAgentInfra.Clients.Docker;

/// <summary>Where containers of agents run.</summary>
/// <param name="Endpoint">For people.</param>
/// <param name="AgentsFolder">One folder per agent, which remembers what was prepared.</param>
/// <param name="HostNetwork">Whether containers use the engine's own network instead of a bridge.</param>
public sealed record DockerTargetOptions(string Endpoint, string AgentsFolder, bool HostNetwork);
