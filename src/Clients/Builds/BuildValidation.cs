using Microsoft.Extensions.Options;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Builds;

/// <summary>What no annotation can say of the options: a pinned base, and what goes with the builder.</summary>
/// <param name="engineBuilds">Whether a Docker Engine is configured.</param>
/// <param name="registry">The configured registry; null where images are kept in a folder.</param>
public sealed class BuildValidation(bool engineBuilds, RegistryOptions? registry) : IValidateOptions<BuildOptions>
{
    private const string Example = "such as registry.example/node:22-bookworm-slim@sha256:DIGEST";
    private const int OldestNode = 20;
    private const int NewestNode = 99;

    public ValidateOptionsResult Validate(string? name, BuildOptions options)
    {
        var failures = Failures(options).ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private IEnumerable<string> Failures(BuildOptions options)
    {
        if (engineBuilds && registry is null)
            yield return "A Docker Engine builds images and pushes them, so it needs the section Registry: a registry that it can reach.";
        if (engineBuilds && string.IsNullOrEmpty(options.BaseImage))
            yield return $"A Docker Engine builds on a base image: give Build:BaseImage, {Example}.";
        if (!string.IsNullOrEmpty(options.BaseImage) && Problem(options.ToBase()) is { } problem)
            yield return $"Build:BaseImage '{options.BaseImage}' {problem}.";
        if (options.NodeMajorVersion is < OldestNode or > NewestNode)
            yield return $"Build:NodeMajorVersion must be {OldestNode} or newer.";
        if (options.Platform is not ("linux-x64" or "linux-arm64"))
            yield return $"Build:Platform '{options.Platform}' is neither linux-x64 nor linux-arm64.";
        else if (options.Platform != BuildOptions.HostPlatform)
            yield return $"Build:Platform is {options.Platform}, and agents run on this machine, which is {BuildOptions.HostPlatform}; leave it out.";
    }

    private string? Problem(BaseImage image)
    {
        if (!Digest.TryParse(image.Digest, out _))
            return $"is not pinned by a digest; give one {Example}";
        try
        {
            DockerfileBuilder.Build(image);
        }
        catch (ArgumentException)
        {
            return "is no image reference";
        }

        // Where an address is wrong, its own check says so.
        var isPlaceKnown = !engineBuilds && (registry is null || RegistryAddress.TryParse(registry.Address ?? "") is not null);
        return isPlaceKnown && RegistryNames.Find(image, registry) is null ? "is in another registry than the one that images are kept in" : null;
    }
}
