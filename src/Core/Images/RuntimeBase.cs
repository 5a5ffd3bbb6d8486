namespace MultiAgentInfra.Core.Images;

/// <summary>The image that a runtime image is built on: one with Node and npm, pinned by <paramref name="Digest"/> where one is configured.</summary>
public sealed record RuntimeBase(string Image, string? Digest, int NodeMajorVersion, string Platform)
{
    public string Reference => Digest is null ? Image : $"{Image}@{Digest}";
}
