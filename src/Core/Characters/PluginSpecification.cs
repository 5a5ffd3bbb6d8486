using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace MultiAgentInfra.Core.Characters;

/// <summary>
/// A plugin that a character names: an npm package at one exact version (https://semver.org/#spec-item-9, without build metadata).
/// <see cref="Warning"/> says what the platform cannot vouch for.
/// </summary>
public sealed partial record PluginSpecification(string Name, string Version, string? Warning)
{
    private const int LongestName = 214;
    private const string Scope = "@elizaos/plugin-";
    private const string Number = "(?:0|[1-9][0-9]*)";
    private const string Identifier = $"(?:{Number}|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)";
    private static readonly string[] NotPlugins = ["@elizaos/core", "@elizaos/server", "@elizaos/cli", "node_modules", "favicon.ico"];

    public PackageVersion Package => new(Name, Version);

    /// <summary>Reads <c>x</c> or <c>@elizaos/plugin-x</c> of the catalogue, or any <c>name@1.2.3</c>; <paramref name="problem"/> is for the user.</summary>
    public static bool TryParse(
        string text,
        PluginCatalogue catalogue,
        [NotNullWhen(true)] out PluginSpecification? specification,
        [NotNullWhen(false)] out string? problem)
    {
        specification = null;
        var (name, version) = Split(text);
        problem = NameProblem(name) ?? (version is null ? null : VersionProblem(version));
        if (problem is not null)
            return false;
        if (catalogue.TryGet(name, out var plugin) || catalogue.TryGet(Scope + name, out plugin))
        {
            specification = new(plugin.Name, version ?? plugin.Version, PinWarning(plugin, version));
            return true;
        }
        problem = NotPlugins.Contains(name) ? $"{name} is not a plugin"
            : version is null ? $"{name} is not in the catalogue: give an exact version, such as {name}@1.2.3"
            : null;
        if (problem is not null)
            return false;
        specification = new(name, version!, $"{name} is not in the catalogue: its parameters are not checked");
        return true;
    }

    public override string ToString() => $"{Name}@{Version}";

    private static (string Name, string? Version) Split(string text)
    {
        var at = text.IndexOf('@', Math.Min(1, text.Length));
        return at < 0 ? (text, null) : (text[..at], text[(at + 1)..]);
    }

    private static string? NameProblem(string name) =>
        name.Length > LongestName ? $"the package name is longer than {LongestName} characters"
        : !NamePattern().IsMatch(name) ? "not the name of a package in the registry: git, file, link, alias and URL specifications are not accepted"
        : null;

    private static string? VersionProblem(string version) =>
        version.Length <= LongestName && VersionPattern().IsMatch(version) ? null
        : "the version must be exact, such as 1.2.3 or 1.2.3-beta.1: ranges, tags, aliases, git, file and URL specifications are not accepted";

    private static string? PinWarning(CataloguePlugin plugin, string? version) =>
        version is null || version == plugin.Version ? null
        : $"{plugin.Name}@{version} is not the catalogue's version {plugin.Version}: its parameters are checked as those of {plugin.Version}";

    // The rules of https://github.com/npm/validate-npm-package-name for new packages; a leading hyphen would read as an option.
    [GeneratedRegex(@"^(?:@[a-z0-9][a-z0-9._-]*/)?[a-z0-9][a-z0-9._-]*\z")]
    private static partial Regex NamePattern();

    [GeneratedRegex($@"^{Number}\.{Number}\.{Number}(?:-{Identifier}(?:\.{Identifier})*)?\z")]
    private static partial Regex VersionPattern();
}
