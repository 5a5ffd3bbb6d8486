namespace MultiAgentInfra.Core;

/// <summary>One problem of a request: the dotted path of the field (empty for the root) and what is wrong with it.</summary>
public sealed record FieldError(string Path, string Message);
