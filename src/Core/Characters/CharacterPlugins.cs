using System.Text.Json;

namespace MultiAgentInfra.Core.Characters;

/// <summary>The plugins that a character lists, as the bare package names that ElizaOS loads and as the packages to install.</summary>
public sealed record CharacterPlugins(
    IReadOnlyList<string> Names,
    PluginSet Set,
    IReadOnlyList<string> Warnings,
    IReadOnlyList<FieldError> Errors)
{
    private const string Path = "character.plugins";

    public static CharacterPlugins Read(JsonElement character, PluginCatalogue catalogue)
    {
        var plugins = new OrderedDictionary<string, PackageVersion>(StringComparer.Ordinal);
        var warnings = new List<string>();
        var errors = new List<FieldError>();
        foreach (var (text, index) in Listed(character))
        {
            if (!PluginSpecification.TryParse(text, catalogue, out var plugin, out var problem))
                errors.Add(new($"{Path}.{index}", problem));
            else if (plugins.TryGetValue(plugin.Name, out var earlier) && earlier.Version != plugin.Version)
                errors.Add(new($"{Path}.{index}", $"{plugin.Name} is also listed at version {earlier.Version}"));
            else if (plugins.TryAdd(plugin.Name, plugin.Package) && plugin.Warning is { } warning)
                warnings.Add($"{Path}.{index}: {warning}");
        }
        if (plugins.Count == 0)
        {
            plugins.Add(PluginCatalogue.BootstrapPlugin, catalogue.Bootstrap);
            if (errors.Count == 0)
                warnings.Add($"{Path}: none are listed; {PluginCatalogue.BootstrapPlugin} was added, without which an agent starts and never answers");
        }
        else if (!plugins.ContainsKey(PluginCatalogue.BootstrapPlugin))
        {
            warnings.Add($"{Path}: {PluginCatalogue.BootstrapPlugin} is not listed; without it most agents start and never answer");
        }
        return new([.. plugins.Keys], PluginSet.Create(catalogue, plugins.Values), warnings, errors);
    }

    // What is not a list of strings was reported by the validator.
    private static IEnumerable<(string Text, int Index)> Listed(JsonElement character) =>
        character.TryGetProperty("plugins", out var plugins) && plugins.ValueKind == JsonValueKind.Array
            ? plugins.EnumerateArray().Index()
                .Where(entry => entry.Item.ValueKind == JsonValueKind.String)
                .Select(entry => (entry.Item.GetString()!, entry.Index))
            : [];
}
