using MultiAgentInfra.Core;

namespace MultiAgentInfra.Functions.Http;

/// <summary>RFC 9457 problem details, with the trace and every field error.</summary>
public sealed record ProblemBody(string Type, string Title, int Status, string Detail, string TraceId, IReadOnlyList<FieldError>? Errors);
