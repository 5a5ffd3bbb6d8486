using System.Security.Cryptography;
using System.Text;

namespace MultiAgentInfra.Core.Characters;

/// <summary>The sorted distinct packages of a runtime image: ElizaOS itself, its server, and the agent's plugins.</summary>
public sealed record PluginSet(IReadOnlyList<PackageVersion> Packages, string CatalogueVersion)
{
    /// <summary>Adds what every agent needs to <paramref name="plugins"/>; a package given twice must have one version.</summary>
    public static PluginSet Create(PluginCatalogue catalogue, IEnumerable<PackageVersion> plugins)
    {
        var packages = new SortedDictionary<string, PackageVersion>(StringComparer.Ordinal);
        foreach (var package in catalogue.AlwaysInstalled.Concat(plugins))
            packages[package.Name] = package;
        return new([.. packages.Values], catalogue.Version);
    }

    /// <summary>The SHA-256, in lower-case hex, of all that decides which files an installation yields.</summary>
    public string Key(int nodeMajorVersion, string platform)
    {
        var text = new StringBuilder().Append(System.Globalization.CultureInfo.InvariantCulture, $"catalogue {CatalogueVersion}\nnode {nodeMajorVersion}\nplatform {platform}\n");
        foreach (var package in Packages)
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{package.Name}@{package.Version}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    public bool Equals(PluginSet? other) =>
        other is not null && CatalogueVersion == other.CatalogueVersion && Packages.SequenceEqual(other.Packages);

    public override int GetHashCode() =>
        Packages.Aggregate(CatalogueVersion.GetHashCode(StringComparison.Ordinal), HashCode.Combine);
}
