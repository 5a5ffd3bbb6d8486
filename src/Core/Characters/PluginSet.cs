using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MultiAgentInfra.Core.Images;

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
    /// <param name="launcher">Of the script that starts the agent, where the builder of the image puts one in: a newer one makes another image.</param>
    public string Key(int nodeMajorVersion, string platform, Digest? launcher = null)
    {
        var packages = string.Concat(Packages.Select(package => $"{package.Name}@{package.Version}\n"));
        var text = string.Create(CultureInfo.InvariantCulture, $"catalogue {CatalogueVersion}\nnode {nodeMajorVersion}\nplatform {platform}\nlauncher {launcher}\n{packages}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    public bool Equals(PluginSet? other) =>
        other is not null && CatalogueVersion == other.CatalogueVersion && Packages.SequenceEqual(other.Packages);

    public override int GetHashCode() =>
        Packages.Aggregate(CatalogueVersion.GetHashCode(StringComparison.Ordinal), HashCode.Combine);
}
