using Microsoft.Extensions.Options;
using MultiAgentInfra.Clients.Docker;
using MultiAgentInfra.Clients.Portainer;

namespace MultiAgentInfra.Functions;

/// <summary>Which parts go together: clusters pull what they run from a registry, an engine of this machine runs what it builds, and this machine's npm builds what this machine runs.</summary>
/// <param name="portainerRuns">Agents run in the clusters of a Portainer.</param>
/// <param name="engineBuilds">A Docker Engine builds, whose needs are checked elsewhere.</param>
/// <param name="hasRegistry">The section Registry is there.</param>
/// <param name="hasBase">Build:BaseImage is given.</param>
public sealed class TargetValidation(bool portainerRuns, bool engineBuilds, bool hasRegistry, bool hasBase) : IValidateOptions<DockerOptions>, IValidateOptions<PortainerOptions>
{
    public ValidateOptionsResult Validate(string? name, DockerOptions options) =>
        !portainerRuns && Uri.TryCreate(options.Endpoint, UriKind.Absolute, out var endpoint) && endpoint is { Scheme: "tcp", IsLoopback: false }
            ? ValidateOptionsResult.Fail(
                $"Docker:Endpoint '{options.Endpoint}' is another machine, and the agents that run there answer on its loopback, which this program cannot reach. "
                + "Run this program on that machine, with unix:///var/run/docker.sock.")
            : ValidateOptionsResult.Success;

    public ValidateOptionsResult Validate(string? name, PortainerOptions options)
    {
        var failures = options.IsConfigured && !engineBuilds ? Missing().ToList() : [];
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private IEnumerable<string> Missing()
    {
        if (!hasRegistry)
            yield return "Portainer's clusters pull the images that they run, so it needs the section Registry: a registry that they can reach.";
        if (!hasBase)
            yield return "An image that this machine's npm builds without a base runs only here: give Build:BaseImage, such as registry.example/node:22-bookworm-slim@sha256:DIGEST, or let a Docker Engine build.";
    }
}
