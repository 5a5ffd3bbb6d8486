namespace MultiAgentInfra.Clients.Oci;

/// <summary>What a runtime image is made from, apart from its files.</summary>
/// <param name="RuntimeKey">Names the image once it is released, and is its label.</param>
/// <param name="NodeVersion">The Node.js that installed the packages, such as <c>20.20.2</c>.</param>
/// <param name="Base">An image in the same registry to stand on; null yields an image for hosts that bring their own Node.js.</param>
public sealed record RuntimeImageSource(string RuntimeKey, string NodeVersion, ImageReference? Base = null);
