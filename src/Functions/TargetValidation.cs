using Microsoft.Extensions.Options;
using MultiAgentInfra.Clients.Docker;
using MultiAgentInfra.Clients.Portainer;

namespace MultiAgentInfra.Functions;

/// <summary>Which parts go together: what an engine builds, an engine of this machine runs; what this machine's npm builds, this machine runs.</summary>
/// <param name="dockerIsConfigured">Whether agents run on a Docker Engine.</param>
public sealed class TargetValidation(bool dockerIsConfigured) : IValidateOptions<DockerOptions>, IValidateOptions<PortainerOptions>
{
    public ValidateOptionsResult Validate(string? name, DockerOptions options) =>
        Uri.TryCreate(options.Endpoint, UriKind.Absolute, out var endpoint) && endpoint is { Scheme: "tcp", IsLoopback: false }
            ? ValidateOptionsResult.Fail(
                $"Docker:Endpoint '{options.Endpoint}' is another machine, and the agents that run there answer on its loopback, which this program cannot reach. "
                + "Run this program on that machine, with unix:///var/run/docker.sock.")
            : ValidateOptionsResult.Success;

    public ValidateOptionsResult Validate(string? name, PortainerOptions options) => options.IsConfigured && !dockerIsConfigured
        ? ValidateOptionsResult.Fail(
            "The section Portainer builds images, and agents cannot be run through Portainer in this release. Give the sections Docker and Registry, and agents are built and run "
            + "by a Docker Engine of this machine; or leave Portainer out, and npm and processes of this machine do it.")
        : ValidateOptionsResult.Success;
}
