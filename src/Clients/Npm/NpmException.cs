namespace MultiAgentInfra.Clients.Npm;

/// <summary>npm failed for a reason that may pass, such as a registry that does not answer.</summary>
public sealed class NpmException(string message) : Exception(message);
