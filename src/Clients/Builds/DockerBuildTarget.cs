using MultiAgentInfra.Clients.Docker;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Builds;

/// <summary>Where a Docker Engine puts what it builds, and for what.</summary>
/// <param name="Repository">The quarantine's, with the registry's host and port, as the engine reaches it.</param>
/// <param name="Platform">In Docker's words, such as <c>linux/amd64</c>.</param>
/// <param name="Network">Of the build's containers; null leaves it to the engine.</param>
public sealed record DockerBuildTarget(RuntimeOrigin Origin, string Repository, string Platform, string? Network)
{
    /// <summary>Of validated options.</summary>
    public static DockerBuildTarget From(BuildOptions build, DockerOptions docker, RegistryOptions registry)
    {
        var below = build.ToBase();
        // The digest of the base fixes its Node.js to the last byte.
        var origin = new RuntimeOrigin(DockerRuntimeBuilder.Name, Digest.Parse(below.Digest!), below.Platform, $"{below.NodeMajorVersion}");
        return new(origin, RegistryNames.Full(registry, ImageNames.QuarantineRepository), build.DockerPlatform, docker.BuildNetwork);
    }
}
