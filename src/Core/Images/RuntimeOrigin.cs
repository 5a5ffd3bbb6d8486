namespace MultiAgentInfra.Core.Images;

/// <summary>What decides, besides its packages, which files a runtime image holds; part of its key.</summary>
/// <param name="Builder"><c>npm</c> or <c>docker</c>.</param>
/// <param name="Base">Of the manifest that the image stands on; null for an image that brings no Node.js.</param>
/// <param name="Platform">In npm's words, such as <c>linux-x64</c>.</param>
/// <param name="NodeVersion">Of the Node.js that installs the packages: <c>20.20.2</c>, or only <c>22</c> where the base's digest says the rest.</param>
public sealed record RuntimeOrigin(string Builder, Digest? Base, string Platform, string NodeVersion);
