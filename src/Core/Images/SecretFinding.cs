namespace MultiAgentInfra.Core.Images;

/// <summary>That a secret was found, by which rule and where; never what it is.</summary>
public sealed record SecretFinding(string Rule, string Path);
