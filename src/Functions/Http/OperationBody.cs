using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Operations;

namespace MultiAgentInfra.Functions.Http;

/// <summary>An operation on the wire.</summary>
public sealed record OperationBody(
    Guid Id,
    Guid AgentId,
    string Kind,
    string Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    long? DurationMs,
    DateTimeOffset Deadline,
    bool CancelRequested,
    IReadOnlyList<StepBody> Steps,
    string? Outcome,
    OperationErrorBody? Error,
    IReadOnlyList<ArtifactBody> Artifacts,
    OperationLinks Links)
{
    public static OperationBody Of(Operation operation, IReadOnlyList<OperationArtifact> artifacts, Uri? page) => new(
        operation.Id,
        operation.AgentId,
        operation.Kind.ToString(),
        operation.Status.ToString(),
        operation.CreatedAt,
        operation.StartedAt,
        operation.EndedAt,
        StepBody.Milliseconds(operation.CreatedAt, operation.EndedAt),
        operation.Deadline,
        operation.CancelRequested,
        [.. operation.Steps.Select(StepBody.Of)],
        operation.Outcome?.ToString(),
        operation.Error is { } error ? new(error.Step, error.Message, error.Cause, error.Evidence ?? [], error.Hint, error.LogTail) : null,
        [.. artifacts.Select(ArtifactBody.Of)],
        new(
            Http.Links.Operation(operation.Id),
            Http.Links.Agent(operation.AgentId),
            Http.Links.OperationLog(operation.Id),
            Http.Links.Logs(operation.AgentId),
            page));
}

/// <summary>A step on the wire.</summary>
public sealed record StepBody(
    string Name,
    string Status,
    int Attempts,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt,
    long? DurationMs,
    DateTimeOffset Deadline,
    string? Detail,
    string? Error)
{
    public static StepBody Of(OperationStep step) => new(
        step.Name,
        step.Status.ToString(),
        step.Attempts,
        step.StartedAt,
        step.EndedAt,
        Milliseconds(step.StartedAt, step.EndedAt),
        step.Deadline,
        step.Detail,
        step.Error);

    internal static long? Milliseconds(DateTimeOffset from, DateTimeOffset? to) => to is null ? null : (long)(to.Value - from).TotalMilliseconds;
}

/// <summary>Why an operation failed: <paramref name="Cause"/>, <paramref name="Evidence"/> and <paramref name="Hint"/> are what the target knows of it, and null or
/// empty where it had no part in it; <paramref name="LogTail"/> are the last lines of the agent's own log.</summary>
public sealed record OperationErrorBody(
    string Step, string Message, string? Cause, IReadOnlyList<string> Evidence, string? Hint, IReadOnlyList<string> LogTail);

/// <summary>What an operation has left, on the wire.</summary>
/// <param name="Size">Bytes.</param>
/// <param name="Url">The path of the content.</param>
public sealed record ArtifactBody(string Name, string MediaType, long Size, string Digest, string Url)
{
    public static ArtifactBody Of(OperationArtifact artifact) =>
        new(artifact.Name, artifact.MediaType, artifact.Size, artifact.Digest.Value, Links.Artifact(artifact.OperationId, artifact.Name));
}

/// <summary>Where to go from an operation: <paramref name="Log"/> is the output of its builds, <paramref name="Logs"/> the agent's own, and
/// <paramref name="Target"/> the page that the target itself has of the agent, null where it has none.</summary>
public sealed record OperationLinks(string Self, string Agent, string Log, string Logs, Uri? Target);
