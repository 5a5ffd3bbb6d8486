using Microsoft.Extensions.Configuration;

namespace MultiAgentInfra.Functions.Tests;

public sealed class BuilderOptionsTests
{
    private const string Digest = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        var error = Assert.Throws<StartupException>(() => Check(new()
        {
            ["Docker:Endpoint"] = "tcp://engine.example:2376",
            ["Portainer:Address"] = "http://portainer.example:9000",
            ["Portainer:ApiKeyFile"] = "/nowhere/key",
            ["Portainer:EndpointId"] = "0",
            ["Portainer:RegistryId"] = "0",
            ["Build:NodeMajorVersion"] = "18",
            ["Build:Platform"] = "win32-x64",
        }));

        Assert.Equal(
            """
            The configuration has 10 errors:
            - The section Docker and Portainer:EndpointId are both given, and one engine builds; give one of them.
            - Docker:Endpoint 'tcp://engine.example:2376' is another machine, which without certificates everybody there could use as root; give Docker:CertificatesFolder.
            - Portainer:Address 'http://portainer.example:9000' would send the key in the clear; use https.
            - Portainer:ApiKeyFile '/nowhere/key' does not exist.
            - Portainer:EndpointId must be the number of an environment.
            - Portainer:RegistryId must be the number of a registry.
            - A Docker Engine builds images and pushes them, so it needs the section Registry: a registry that it can reach.
            - A Docker Engine builds on a base image: give Build:BaseImage, such as registry.example/node:22-bookworm-slim@sha256:DIGEST.
            - Build:NodeMajorVersion must be 20 or newer.
            - Build:Platform 'win32-x64' is neither linux-x64 nor linux-arm64.
            """,
            error.Message);
    }

    [Theory]
    [InlineData("Docker:BuildNetwork", "host", "Docker:Endpoint is missing: give it, such as unix:///var/run/docker.sock, or leave the whole section Docker out.")]
    [InlineData("Docker:Endpoint", "unix://var/run/docker.sock", "Docker:Endpoint 'unix://var/run/docker.sock' needs three slashes before its path.")]
    [InlineData("Docker:Endpoint", "ssh://engine", "Docker:Endpoint 'ssh://engine' begins with neither unix:// nor tcp://.")]
    [InlineData("Docker:Endpoint", "engine", "Docker:Endpoint 'engine' is no address such as unix:///var/run/docker.sock or tcp://HOST:2376.")]
    [InlineData("Portainer:EndpointId", "1", "Portainer:Address is missing: give it, such as https://portainer.example:9443, or leave the whole section Portainer out.")]
    [InlineData("Build:BaseImage", "node:22", "Build:BaseImage 'node:22' is not pinned by a digest; give one such as registry.example/node:22-bookworm-slim@sha256:DIGEST.")]
    [InlineData("Build:BaseImage", "node 22@" + Digest, "Build:BaseImage 'node 22@" + Digest + "' is no image reference.")]
    [InlineData("Build:BaseImage", "else.example/node@" + Digest, "Build:BaseImage 'else.example/node@" + Digest + "' is in another registry than the one that images are kept in.")]
    public void What_is_wrong_is_named(string setting, string value, string message)
    {
        var error = Assert.Throws<StartupException>(() => Check(new() { [setting] = value }));

        Assert.Contains($"- {message}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Docker:Endpoint", "tcp://engine.example:2376", "Docker:Endpoint 'tcp://engine.example:2376' is another machine, and the agents that run there answer on its loopback, which this program cannot reach. Run this program on that machine, with unix:///var/run/docker.sock.")]
    [InlineData("Portainer:Address", "https://portainer.example", "Portainer's clusters pull the images that they run, so it needs the section Registry: a registry that they can reach.")]
    [InlineData("PORTAINER_URL", "https://portainer.example", "An image that this machine's npm builds without a base runs only here: give Build:BaseImage, such as registry.example/node:22-bookworm-slim@sha256:DIGEST, or let a Docker Engine build.")]
    public void What_does_not_go_together_is_named(string setting, string value, string message) => What_is_wrong_is_named(setting, value, message);

    [Fact]
    public void Clusters_of_a_Portainer_run_what_this_machines_npm_builds_on_a_base() => Check(new()
    {
        ["PORTAINER_URL"] = "https://portainer.example:9443",
        ["PORTAINER_API_KEY"] = "ptr_key",
        ["Registry:Address"] = "registry.example",
        ["Build:BaseImage"] = "registry.example/node:22@" + Digest,
    });

    [Fact]
    public void Clusters_of_a_Portainer_run_what_a_Docker_Engine_builds() => Check(new()
    {
        ["PORTAINER_URL"] = "https://portainer.example:9443",
        ["PORTAINER_API_KEY"] = "ptr_key",
        ["Docker:Endpoint"] = "unix:///var/run/docker.sock",
        ["Registry:Address"] = "registry.example",
        ["Build:BaseImage"] = "mirror.example/node:22@" + Digest,
    });

    [Fact]
    public void An_engine_with_a_pinned_base_and_a_registry_is_right() => Check(new()
    {
        ["Docker:Endpoint"] = "unix:///var/run/docker.sock",
        ["Registry:Address"] = "registry.example",
        ["Build:BaseImage"] = "mirror.example/node:22@" + Digest,
    });

    [Fact]
    public void This_machines_npm_builds_on_a_base_in_its_own_registry() => Check(new()
    {
        ["Registry:Address"] = "registry.example",
        ["Registry:Prefix"] = "team",
        ["Build:BaseImage"] = "registry.example/team/node:22@" + Digest,
    });

    private static void Check(Dictionary<string, string?> settings) =>
        ServiceRegistration.Check(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
}
