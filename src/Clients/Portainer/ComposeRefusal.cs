using System.Net;
using MultiAgentInfra.Clients.Kubernetes;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Clients.Portainer;

/// <summary>Why an engine does not take a stack of Docker Compose, by the words that Portainer passes on.</summary>
internal static class ComposeRefusal
{
    /// <returns>Null when it says nothing about the stack: no answer came, or the engine's own is not in it.</returns>
    public static Diagnosis? Of(ApiException exception) => exception switch
    {
        { Status: HttpStatusCode.Forbidden or HttpStatusCode.BadRequest } => Of(exception.Words),
        { Status: HttpStatusCode.InternalServerError } when exception.Words.Contains("Error response from daemon", StringComparison.Ordinal) => Of(exception.Words),
        _ => null,
    };

    public static Diagnosis Of(string words) => Refusal.Of(words)
        ?? (words.Contains("CPUs available", StringComparison.Ordinal)
            ? new(DiagnosisCause.Unschedulable, $"The engine has less than the agent asks for: {words}", [words], "Give the agent smaller resources, or choose a cluster with larger machines.")
            : words.Contains("denied", StringComparison.OrdinalIgnoreCase) || words.Contains("disabled", StringComparison.OrdinalIgnoreCase)
            ? new(DiagnosisCause.Forbidden, $"Portainer does not let this be made: {words}", [words], "Give the user of Portainer's key the right to manage stacks in this environment.")
            : new(DiagnosisCause.Unknown, $"The engine does not take the stack: {words}", [words], "See what the engine says of it."));
}
