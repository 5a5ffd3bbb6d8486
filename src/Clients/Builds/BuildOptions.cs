using System.Runtime.InteropServices;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Builds;

/// <summary>What runtime images stand on. Without a base, this machine's npm builds images that bring no Node.js and run on this machine only.</summary>
public sealed class BuildOptions
{
    public const string Section = "Build";

    /// <summary>An image with Node.js and npm, such as <c>registry.example/node:22-bookworm-slim@sha256:…</c>. For a build by npm it is in the
    /// registry that images are kept in; a Docker Engine pulls it from where its name says.</summary>
    public string? BaseImage { get; set; }

    /// <summary>Of the Node.js in the base.</summary>
    public int NodeMajorVersion { get; set; } = 22;

    /// <summary>Of the base, in npm's words: <c>linux-x64</c> or <c>linux-arm64</c>. This machine's unless it is given.</summary>
    public string Platform { get; set; } = HostPlatform;

    internal static string HostPlatform { get; } = $"linux-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";

    /// <summary>In Docker's words.</summary>
    internal string DockerPlatform => Platform == "linux-arm64" ? "linux/arm64" : "linux/amd64";

    /// <summary>The base of a Dockerfile; the default one where none is configured.</summary>
    public BaseImage ToBase() => string.IsNullOrEmpty(BaseImage) ? Core.Images.BaseImage.Default : Parse(BaseImage, NodeMajorVersion, Platform);

    private static BaseImage Parse(string text, int nodeMajorVersion, string platform)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        return at < 0 ? new(text, null, nodeMajorVersion, platform) : new(text[..at], text[(at + 1)..], nodeMajorVersion, platform);
    }
}
