namespace MultiAgentInfra.Functions.Security;

/// <summary>The function answers callers without a token; every other one is refused to them.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PublicFunctionAttribute : Attribute;
