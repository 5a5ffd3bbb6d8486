using System.Text.Json;
using MultiAgentInfra.Core.Characters;

namespace MultiAgentInfra.Core.Images;

/// <summary>Names runtime images by what they are made of, each a SHA-256 in lower-case hex. What is made of the same has the same key,
/// whenever and wherever it is made, and nothing else counts.</summary>
/// <param name="Launcher">Of the script that starts the agent: without it, a newer release would go on with the old one.</param>
/// <param name="TemplateVersion">Of the generated Dockerfile.</param>
public sealed record RuntimeImageKey(RuntimeOrigin Origin, Digest Launcher, int TemplateVersion = DockerfileBuilder.TemplateVersion)
{
    /// <summary>The key under which operations agree on who builds: known before any package is resolved.</summary>
    public string OfClaim(PluginSet plugins) =>
        Hash(["claim", plugins.CatalogueVersion, .. plugins.Packages.Select(package => $"{package.Name}@{package.Version}")]);

    /// <summary>The key of the image itself, which covers the exact version and content of every package in it.</summary>
    public string OfImage(string lockFile) => Hash(["image", lockFile]);

    // JSON, so that no two lists of texts are written alike.
    private string Hash(IEnumerable<string> packages) => Digest.Of(JsonSerializer.SerializeToUtf8Bytes(new
    {
        Origin.Builder,
        Base = Origin.Base?.Value,
        Origin.Platform,
        Origin.NodeVersion,
        Launcher = Launcher.Value,
        TemplateVersion,
        Packages = packages,
    })).Hex;
}
