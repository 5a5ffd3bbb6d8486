using System.Text.Json.Serialization;

namespace MultiAgentInfra.Core.Characters;

/// <summary>The sorted distinct packages of a runtime image: ElizaOS itself, its server, and the agent's plugins.</summary>
public sealed record PluginSet(IReadOnlyList<PackageVersion> Packages, string CatalogueVersion)
{
    /// <summary>The version of ElizaOS itself.</summary>
    [JsonIgnore]
    public string? ElizaVersion => Packages.FirstOrDefault(package => package.Name == PluginCatalogue.ElizaPackage)?.Version;

    /// <summary>Adds what every agent needs to <paramref name="plugins"/>; a package given twice must have one version.</summary>
    public static PluginSet Create(PluginCatalogue catalogue, IEnumerable<PackageVersion> plugins)
    {
        var packages = new SortedDictionary<string, PackageVersion>(StringComparer.Ordinal);
        foreach (var package in catalogue.AlwaysInstalled.Concat(plugins))
            packages[package.Name] = package;
        return new([.. packages.Values], catalogue.Version);
    }

    public bool Equals(PluginSet? other) =>
        other is not null && CatalogueVersion == other.CatalogueVersion && Packages.SequenceEqual(other.Packages);

    public override int GetHashCode() =>
        Packages.Aggregate(CatalogueVersion.GetHashCode(StringComparison.Ordinal), HashCode.Combine);
}
