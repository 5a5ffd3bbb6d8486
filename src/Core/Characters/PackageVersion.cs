namespace MultiAgentInfra.Core.Characters;

/// <summary>An npm package at one exact version.</summary>
public sealed record PackageVersion(string Name, string Version);
