namespace MultiAgentInfra.Core.Images;

/// <summary>The image that a runtime image is built on: one with Node and npm, pinned by <paramref name="Digest"/> where one is configured.</summary>
public sealed record BaseImage(string Image, string? Digest, int NodeMajorVersion, string Platform)
{
    /// <summary>For whoever builds by hand: where none is configured, no digest can be known.</summary>
    public static BaseImage Default { get; } = new("node:22-bookworm-slim", Digest: null, 22, "linux-x64");

    public string Reference => Digest is null ? Image : $"{Image}@{Digest}";
}
