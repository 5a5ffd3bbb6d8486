namespace MultiAgentInfra.Clients.Builds;

/// <summary>The texts that a runtime image is built from, beside the script that starts the agent.</summary>
public sealed record BuildContext(string PackageJson, string LockFile, string Dockerfile);
