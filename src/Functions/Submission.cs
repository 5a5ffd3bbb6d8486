using System.Text.Json;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Characters;
using MultiAgentInfra.Functions.Http;

namespace MultiAgentInfra.Functions;

/// <summary>Turns a body into a new agent or a new revision of one, or into every problem of it at once.</summary>
internal static class Submission
{
    /// <exception cref="ProblemException">Something is wrong with it.</exception>
    public static NewAgent Read(JsonElement json, Guid organization, TargetAdmission targets, List<FieldError> errors) =>
        Prepare(Guid.CreateVersion7(), organization, CreateAgentRequest.Read(json, targets, errors), [], errors);

    /// <summary>Secrets that are given replace those that the agent has, those that are null remove them, and the others stay.</summary>
    /// <param name="known">The secrets that the agent has.</param>
    /// <returns>The revision, with those secrets only that change, and the names of those that go.</returns>
    /// <exception cref="ProblemException">Something is wrong with it.</exception>
    public static (NewAgent Update, IReadOnlyList<string> Removed) ReadUpdate(
        JsonElement json, Agent agent, IReadOnlyDictionary<string, string> known, TargetAdmission targets, List<FieldError> errors)
    {
        var nulls = new List<string>();
        var request = CreateAgentRequest.Read(json, targets, errors, nulls);
        errors.AddRange(nulls.Where(SecretRules.IsPlatforms).Select(name => new FieldError($"secrets.{name}", "cannot be removed: ElizaOS is unsafe without it")));
        var kept = known.Where(secret => !SecretRules.IsReserved(secret.Key) && !nulls.Contains(secret.Key));
        var update = Prepare(agent.Id, agent.OrganizationId, request, new(kept, StringComparer.Ordinal), errors);
        var changed = update.Secrets.Where(secret => known.GetValueOrDefault(secret.Key) != secret.Value);
        return (
            update with { Secrets = new Dictionary<string, string>(changed, StringComparer.Ordinal) },
            [.. nulls.Distinct().Where(name => known.ContainsKey(name) && !update.Secrets.ContainsKey(name))]);
    }

    /// <summary>An update with all the secrets that its revision would have.</summary>
    public static NewAgent Whole(NewAgent update, IReadOnlyDictionary<string, string> known, IReadOnlyList<string> removed) => update with
    {
        Secrets = known.Where(secret => !removed.Contains(secret.Key) && !update.Secrets.ContainsKey(secret.Key)).Concat(update.Secrets)
            .ToDictionary(StringComparer.Ordinal),
    };

    private static NewAgent Prepare(
        Guid agentId, Guid organization, CreateAgentRequest request, Dictionary<string, string> kept, List<FieldError> errors)
    {
        // Without a character its own rules would only repeat that it is missing.
        var character = request.Character.ValueKind == JsonValueKind.Undefined
            ? null
            : CharacterSubmission.Prepare(agentId, request.Character, request.Secrets, request.Environment, request.Knowledge, kept);
        errors.AddRange(character?.Errors ?? RestOf(request));
        errors.AddRange(DeploymentFields.CheckDatabase(request.Deployment, character?.Secrets.Keys ?? request.Secrets.Keys));
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
            character.Warnings,
            request.Deployment);
    }

    private static List<FieldError> RestOf(CreateAgentRequest request) =>
    [
        .. SecretRules.Check(request.Secrets, "secrets"),
        .. SecretRules.Check(request.Environment, "env"),
        .. KnowledgeRules.Check(request.Knowledge),
    ];
}
