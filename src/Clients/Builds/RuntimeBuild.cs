namespace MultiAgentInfra.Clients.Builds;

/// <summary>One build of a runtime image.</summary>
/// <param name="PluginSetKey">The key of the claim, in hex: it names what the build keeps meanwhile.</param>
/// <param name="RuntimeKey">The key of the image itself, in hex, which covers the lock file too: its label, and its tag.</param>
public sealed record RuntimeBuild(string PluginSetKey, string RuntimeKey);
