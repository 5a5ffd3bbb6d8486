namespace MultiAgentInfra.Core.Characters;

/// <summary>A text file that travels with the agent: a relative path with forward slashes, and its content.</summary>
public sealed record KnowledgeFile(string Name, string Content);
