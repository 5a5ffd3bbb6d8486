using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;

namespace MultiAgentInfra.Core.Characters;

/// <summary>The official plugins that this release of the platform knows: their pinned versions and declared parameters.</summary>
public sealed class PluginCatalogue
{
    public const string ElizaPackage = "@elizaos/core";
    public const string CoreVersion = "1.7.2";
    public const string SqlPlugin = "@elizaos/plugin-sql";
    public const string BootstrapPlugin = "@elizaos/plugin-bootstrap";

    private readonly SortedDictionary<string, CataloguePlugin> _plugins = new(StringComparer.Ordinal);

    public PluginCatalogue(ReadOnlySpan<byte> utf8Json)
    {
        // Part of the plugin set's key: new pins must not reuse an image that was built from the old ones.
        Version = $"{CoreVersion}-{Convert.ToHexStringLower(SHA256.HashData(utf8Json))[..12]}";
        var entries = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(utf8Json) ?? throw new JsonException("The plugin catalogue is empty.");
        foreach (var (name, entry) in entries)
            _plugins.Add(name, new(name, entry.GetProperty("version").GetString()!, ParametersOf(entry)));
    }

    public static PluginCatalogue Default { get; } = Load();

    public string Version { get; }

    public IReadOnlyCollection<CataloguePlugin> Plugins => _plugins.Values;

    /// <summary>What an agent cannot live without; the server adds the SQL plugin itself, and without bootstrap an agent never answers.</summary>
    public IReadOnlyList<PackageVersion> AlwaysInstalled =>
    [
        new(ElizaPackage, CoreVersion),
        new("@elizaos/server", CoreVersion),
        _plugins[SqlPlugin].Package,
        Bootstrap,
    ];

    public PackageVersion Bootstrap => _plugins[BootstrapPlugin].Package;

    public bool TryGet(string name, [NotNullWhen(true)] out CataloguePlugin? plugin) => _plugins.TryGetValue(name, out plugin);

    private static PluginCatalogue Load()
    {
        using var resource = typeof(PluginCatalogue).Assembly.GetManifestResourceStream("plugin-parameters.json")
            ?? throw new InvalidOperationException("The plugin catalogue is not in the assembly.");
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return new(bytes);
    }

    private static IReadOnlyList<PluginParameter> ParametersOf(JsonElement plugin) =>
        plugin.TryGetProperty("agentConfig", out var config) && config.ValueKind == JsonValueKind.Object
            && config.TryGetProperty("pluginParameters", out var parameters)
            ? [.. parameters.EnumerateObject().Select(property => ParameterOf(property.Name, property.Value))]
            : [];

    private static PluginParameter ParameterOf(string name, JsonElement parameter)
    {
        // ElizaOS has plugins that declare a required parameter and its default: the user need not give that one.
        var hasDefault = parameter.TryGetProperty("default", out var value) && value.ValueKind != JsonValueKind.Null;
        return new(
            name,
            parameter.TryGetProperty("description", out var description) ? description.GetString() ?? "" : "",
            IsTrue(parameter, "required") && !hasDefault,
            hasDefault ? value.ToString() : null,
            IsTrue(parameter, "sensitive"));
    }

    private static bool IsTrue(JsonElement parameter, string property) =>
        parameter.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.True;
}

/// <summary>An official plugin at its pinned version.</summary>
public sealed record CataloguePlugin(string Name, string Version, IReadOnlyList<PluginParameter> Parameters)
{
    public PackageVersion Package => new(Name, Version);
}

/// <summary>A setting that a plugin declares; <paramref name="IsRequired"/> is false where a default exists.</summary>
public sealed record PluginParameter(string Name, string Description, bool IsRequired, string? Default, bool IsSensitive);
