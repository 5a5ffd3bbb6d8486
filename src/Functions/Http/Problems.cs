using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Agents;

namespace MultiAgentInfra.Functions.Http;

/// <summary>Every error that the API answers with, as RFC 9457 problem details; the types are stable, the texts are for people.</summary>
public static class Problems
{
    private const int MostListed = 500;

    public static ProblemResult Unauthorized(string error, string detail) =>
        Of("unauthorized", "Authentication failed", StatusCodes.Status401Unauthorized, detail)
            .With("WWW-Authenticate", error.Length == 0 ? "Bearer" : $"Bearer error=\"{error}\", error_description=\"{detail}\"");

    public static ProblemResult SingleOwner(string detail) =>
        Of("single-owner", "This installation is for one owner", StatusCodes.Status403Forbidden, detail);

    public static ProblemResult Forbidden(string detail) => Of("forbidden", "Not allowed", StatusCodes.Status403Forbidden, detail);

    public static ProblemResult ClusterDrained(string cluster) => Of(
        "cluster-drained", "The cluster takes no new agents", StatusCodes.Status409Conflict, $"Cluster '{cluster}' is drained, and there is no other one.");

    public static ProblemResult ClustersUnknown() => Of(
        "clusters-unknown", "The clusters could not be asked", StatusCodes.Status503ServiceUnavailable, "What manages the clusters does not answer.").With("Retry-After", "5");

    public static ProblemResult NotFound(string what) => Of("not-found", "Not found", StatusCodes.Status404NotFound, $"There is no such {what}.");

    public static ProblemResult MalformedJson(string detail) => Of("malformed-json", "The body is not valid JSON", StatusCodes.Status400BadRequest, detail);

    public static ProblemResult InvalidParameter(string name, string message) =>
        Of("invalid-parameter", "A parameter is invalid", StatusCodes.Status400BadRequest, $"{name} {message}.", [new(name, message)]);

    public static ProblemResult Validation(IReadOnlyList<FieldError> errors) => Of(
        "validation",
        "The request is invalid",
        StatusCodes.Status422UnprocessableEntity,
        (errors.Count == 1 ? "One field is invalid." : $"{errors.Count} fields are invalid.") + (errors.Count > MostListed ? $" The first {MostListed} are listed." : ""),
        [.. errors.Take(MostListed)]);

    public static ProblemResult UnsupportedMediaType() => Of(
        "unsupported-media-type",
        "The content type is not supported",
        StatusCodes.Status415UnsupportedMediaType,
        "Send application/json in UTF-8.");

    public static ProblemResult TooLarge() => Of(
        "too-large", "The body is too large", StatusCodes.Status413PayloadTooLarge, $"A body has at most {JsonBody.MostBytes} bytes.");

    public static ProblemResult KeyReused() => Of(
        "idempotency-key-reused",
        "The idempotency key was used for another request",
        StatusCodes.Status422UnprocessableEntity,
        "Use a new Idempotency-Key for a new request.");

    public static ProblemResult InFlight() => Of(
        "idempotency-key-in-flight",
        "A request with this idempotency key is being answered",
        StatusCodes.Status409Conflict,
        "Repeat the request a moment later.").With("Retry-After", "1");

    public static ProblemResult OperationInFlight(Guid operationId) => Of(
        "operation-in-flight",
        "Another operation of the agent has not ended",
        StatusCodes.Status409Conflict,
        $"Wait for the end of {Links.Operation(operationId)}.").With("Operation-Location", Links.Operation(operationId));

    public static ProblemResult WrongState(AgentStatus status) => Of(
        "agent-state",
        "The agent is in another state",
        StatusCodes.Status409Conflict,
        status switch
        {
            AgentStatus.Running => "The agent is RUNNING: it can be stopped, restarted, scaled, updated and deleted.",
            AgentStatus.Stopped or AgentStatus.Failed => $"The agent is {status.ToString().ToUpperInvariant()}: it can be started, updated and deleted.",
            _ => $"The agent is {status.ToString().ToUpperInvariant()}.",
        });

    public static ProblemResult AlreadyScaled(int replicas) => Of(
        "agent-state", "The agent is in another state", StatusCodes.Status409Conflict, $"The number of replicas is {replicas} already.");

    public static ProblemResult HostTaken() => Validation([new("host", "belongs to another agent")]);

    public static ProblemResult PreconditionRequired() => Of(
        "precondition-required",
        "A precondition is required",
        StatusCodes.Status428PreconditionRequired,
        "Send If-Match with the ETag of the agent, or * for any version.");

    public static ProblemResult PreconditionFailed() => Of(
        "precondition-failed", "The agent has changed", StatusCodes.Status412PreconditionFailed, "Read the agent again and use its new ETag.");

    public static ProblemResult DryRunFailed(string detail) =>
        Of("dry-run-failed", "Nothing can be said of this deployment now", StatusCodes.Status503ServiceUnavailable, detail).With("Retry-After", "5");

    public static ProblemResult Undeployable(string detail) =>
        Of("undeployable", "The agent cannot be deployed so", StatusCodes.Status422UnprocessableEntity, detail);

    public static ProblemResult NotReady(string detail) =>
        Of("not-ready", "Not ready", StatusCodes.Status503ServiceUnavailable, detail).With("Retry-After", "5");

    public static ProblemResult Internal() => Of(
        "internal", "Something went wrong", StatusCodes.Status500InternalServerError, "The log of the server has the cause under this trace id.");

    /// <summary>A refusal of the web server itself, such as a body that ended early.</summary>
    public static ProblemResult BadRequest(int status) =>
        status == StatusCodes.Status413PayloadTooLarge ? TooLarge() : Of("bad-request", ReasonPhrases.GetReasonPhrase(status), status, "The request could not be read.");

    private static ProblemResult Of(string type, string title, int status, string detail, IReadOnlyList<FieldError>? errors = null) =>
        new($"urn:multiagentinfra:problem:{type}", title, status, detail, errors);
}
