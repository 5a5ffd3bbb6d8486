using System.Text.Json;

namespace MultiAgentInfra.Core.Characters;

/// <summary>Turns what a user posts into what may be stored and deployed, or into every problem of it at once.</summary>
public static class CharacterSubmission
{
    private const string Root = "character";

    /// <summary>Never throws for bad input; the errors' paths are those of the request's body.</summary>
    /// <param name="kept">Secrets that the agent has already; the character's and <paramref name="secrets"/> come before them.</param>
    public static PreparedCharacter Prepare(
        Guid agentId,
        JsonElement character,
        IReadOnlyDictionary<string, string> secrets,
        IReadOnlyDictionary<string, string> env,
        IReadOnlyList<KnowledgeFile> knowledge,
        IReadOnlyDictionary<string, string>? kept = null)
    {
        var catalogue = PluginCatalogue.Default;
        var errors = new List<FieldError>(CharacterText.Check(character, Root));
        // Text that cannot be read cannot be validated either.
        var isReadable = errors.Count == 0;
        if (isReadable)
            errors.AddRange(CharacterValidator.Validate(character, Root));
        errors.AddRange(SecretRules.Check(secrets, "secrets"));
        errors.AddRange(SecretRules.Check(env, "env"));
        errors.AddRange(KnowledgeRules.Check(knowledge));
        if (!isReadable || character.ValueKind != JsonValueKind.Object)
            return new("", PluginSet.Create(catalogue, []), secrets, knowledge, [], errors);

        var plugins = CharacterPlugins.Read(character, catalogue);
        var found = CharacterSecrets.Extract(character, catalogue);
        var merged = Merge(kept ?? new Dictionary<string, string>(), found.Values, secrets);
        errors.AddRange(plugins.Errors);
        errors.AddRange(found.Errors);
        errors.AddRange(Conflicts(merged, secrets, env, catalogue));
        errors.AddRange(RequiredParameters.Check(plugins.Set, catalogue, Given(merged), Given(env), GivenSettings(character)));
        return new(
            errors.Count == 0 ? CharacterWriter.Write(agentId, character, plugins.Names, found.MovedSettings) : "",
            plugins.Set,
            merged,
            KnowledgeRules.Normalize(knowledge),
            [.. IdentityWarnings(agentId, character), .. plugins.Warnings, .. found.Warnings, .. KnowledgeRules.MissingFiles(character, knowledge)],
            errors);
    }

    private static SortedDictionary<string, string> Merge(params IEnumerable<IReadOnlyDictionary<string, string>> laterWins)
    {
        var merged = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in laterWins.SelectMany(secrets => secrets))
            merged[name] = value;
        return merged;
    }

    private static IEnumerable<FieldError> Conflicts(
        SortedDictionary<string, string> merged,
        IReadOnlyDictionary<string, string> secrets,
        IReadOnlyDictionary<string, string> env,
        PluginCatalogue catalogue)
    {
        if (merged.Count > SecretRules.MostEntries && secrets.Count <= SecretRules.MostEntries)
            yield return new("secrets", $"has {merged.Count} entries with those of the character; at most {SecretRules.MostEntries} are allowed");
        foreach (var name in env.Keys)
        {
            if (merged.ContainsKey(name))
                yield return new($"env.{name}", "is also given as a secret");
            else if (SecretRules.IsSensitive(name, catalogue))
                yield return new($"env.{name}", "is sensitive: give it in secrets, because env is stored in clear text");
        }
    }

    private static HashSet<string> Given(IReadOnlyDictionary<string, string> entries) =>
        [.. entries.Where(entry => entry.Value.Length > 0).Select(entry => entry.Key)];

    private static HashSet<string> GivenSettings(JsonElement character) =>
        character.TryGetProperty("settings", out var settings) && settings.ValueKind == JsonValueKind.Object
            ? [.. JsonProperties.Of(settings).Where(setting => JsonProperties.ScalarText(setting.Value) is { Length: > 0 }).Select(setting => setting.Key)]
            : [];

    private static IEnumerable<string> IdentityWarnings(Guid agentId, JsonElement character)
    {
        if (TextOf(character, "id") is { } id && !(Guid.TryParse(id, out var given) && given == agentId))
            yield return $"{Root}.id: {id} was replaced by the agent's id {agentId:D}";
        if (TextOf(character, "name") is { } name && SecretRules.CopiesPlatformVariables(name, out var prefix))
        {
            yield return $"{Root}.name: ElizaOS copies each variable that begins with {prefix} into the secrets of an agent of this name, "
                + "the platform's own among them";
        }
    }

    private static string? TextOf(JsonElement character, string property) =>
        character.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
