using System.Text.Json;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Characters;
using MultiAgentInfra.Functions.Http;

namespace MultiAgentInfra.Functions;

/// <summary>Turns a posted body into a new agent, or into every problem of it at once.</summary>
internal static class Submission
{
    /// <exception cref="ProblemException">Something is wrong with it.</exception>
    public static NewAgent Read(JsonElement json, Guid organization, IReadOnlyList<string> targets, List<FieldError> errors)
    {
        var agentId = Guid.CreateVersion7();
        var request = CreateAgentRequest.Read(json, targets, errors);
        // Without a character its own rules would only repeat that it is missing.
        var character = request.Character.ValueKind == JsonValueKind.Undefined
            ? null
            : CharacterSubmission.Prepare(agentId, request.Character, request.Secrets, request.Environment, request.Knowledge);
        errors.AddRange(character?.Errors ?? RestOf(request));
        if (errors.Count > 0)
            throw new ProblemException(Problems.Validation([.. errors.Distinct().OrderBy(error => error.Path, StringComparer.Ordinal)]));

        return new(
            agentId,
            organization,
            request.Name,
            request.Target,
            character!.CharacterJson,
            character.Plugins,
            character.Knowledge,
            character.Secrets,
            request.Environment,
            request.Resources,
            character.Warnings);
    }

    private static List<FieldError> RestOf(CreateAgentRequest request) =>
    [
        .. SecretRules.Check(request.Secrets, "secrets"),
        .. SecretRules.Check(request.Environment, "env"),
        .. KnowledgeRules.Check(request.Knowledge),
    ];
}
