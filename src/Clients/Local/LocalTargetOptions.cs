namespace MultiAgentInfra.Clients.Local;

/// <summary>Where the agents of this machine live and what runs them; all paths are absolute.</summary>
/// <param name="AgentsFolder">One folder per agent.</param>
/// <param name="RuntimesFolder">One unpacked runtime layer per digest, shared by the agents and written by none.</param>
/// <param name="NodePath">The Node executable, version 20 or newer.</param>
public sealed record LocalTargetOptions(string AgentsFolder, string RuntimesFolder, string NodePath);
