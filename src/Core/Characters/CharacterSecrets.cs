using System.Text.Json;

namespace MultiAgentInfra.Core.Characters;

/// <summary>
/// What must leave a character before it is stored: its <c>secrets</c>, its <c>settings.secrets</c>, and each setting of a sensitive name.
/// Of one name in several of these the first of that order wins, as in ElizaOS.
/// </summary>
public sealed record CharacterSecrets(
    IReadOnlyDictionary<string, string> Values,
    IReadOnlySet<string> MovedSettings,
    IReadOnlyList<string> Warnings,
    IReadOnlyList<FieldError> Errors)
{
    public static CharacterSecrets Extract(JsonElement character, PluginCatalogue catalogue)
    {
        var search = new Search(catalogue);
        if (ObjectAt(character, "settings") is { } settings)
        {
            search.TakeSensitive(settings);
            search.TakeNested(settings);
        }
        // The validator has reported any other kind.
        if (ObjectAt(character, "secrets") is { } secrets)
            search.TakeAll(JsonProperties.Of(secrets).Where(secret => JsonProperties.ScalarText(secret.Value) is not null), "character.secrets");
        return new(search.Values, search.Moved, search.Warnings, search.Errors);
    }

    private static JsonElement? ObjectAt(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? value : null;

    private sealed class Search(PluginCatalogue catalogue)
    {
        private const string Settings = "character.settings";

        public SortedDictionary<string, string> Values { get; } = new(StringComparer.Ordinal);

        public HashSet<string> Moved { get; } = new(StringComparer.Ordinal);

        public List<string> Warnings { get; } = [];

        public List<FieldError> Errors { get; } = [];

        public void TakeSensitive(JsonElement settings)
        {
            foreach (var (name, value) in JsonProperties.Of(settings).Where(setting => setting.Key != "secrets"))
            {
                if (SecretRules.IsReserved(name))
                    Errors.Add(new($"{Settings}.{name}", SecretRules.ReservedMessage));
                else if (SecretRules.IsSensitive(name, catalogue) && Take(name, value, Settings) && Moved.Add(name))
                    Warnings.Add($"{Settings}.{name}: is sensitive and was moved to the agent's secrets");
            }
        }

        public void TakeNested(JsonElement settings)
        {
            if (!settings.TryGetProperty("secrets", out var nested))
                return;
            if (nested.ValueKind == JsonValueKind.Object)
                TakeAll(JsonProperties.Of(nested), $"{Settings}.secrets");
            else
                Errors.Add(new($"{Settings}.secrets", "must be an object of strings, booleans and numbers"));
        }

        public void TakeAll(IEnumerable<KeyValuePair<string, JsonElement>> secrets, string path)
        {
            foreach (var (name, value) in secrets)
                Take(name, value, path);
        }

        private bool Take(string name, JsonElement value, string path)
        {
            var text = JsonProperties.ScalarText(value);
            if (text is { Length: 0 })
            {
                // ElizaOS counts an empty string as unset, and templates of characters are full of them.
                Warnings.Add($"{path}.{name}: is empty and was left out");
                return false;
            }
            var problem = text is null ? "must be a string, a boolean or a number" : SecretRules.Check(name, text);
            if (problem is not null)
                Errors.Add(new($"{path}.{name}", problem));
            else
                Values[name] = text!;
            return problem is null;
        }
    }
}
