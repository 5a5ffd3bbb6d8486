using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using MultiAgentInfra.Clients.Builds;
using MultiAgentInfra.Clients.Docker;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Portainer;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.TestSupport;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.Clients.Tests.Docker;

[Trait("Needs", "Server")]
[Trait("Category", "Long")]
public sealed class PortainerBuildTests(BuilderFixture fixture) : IClassFixture<BuilderFixture>
{
    [Fact]
    public async Task An_image_is_built_and_pushed_with_the_credentials_that_Portainer_keeps()
    {
        BuilderFixture.Require();
        await using var portainer = await StartAsync();
        using var connection = DockerConnection.To(Options(portainer));
        var (builder, build, lines) = (fixture.Builder(connection), NewBuild(), new ConcurrentQueue<string>());

        await builder.InstallAsync(build, fixture.Context(), lines.Enqueue, CancellationToken.None);
        var image = await builder.AssembleAsync(build, lines.Enqueue, CancellationToken.None);

        Assert.Equal(image, await fixture.Registry.ResolveAsync(ImageNames.QuarantineRepository, build.RuntimeKey, CancellationToken.None));
        Assert.Contains("npm ci --ignore-scripts --omit=dev --no-audit --no-fund", lines);
        Assert.Empty(portainer.UnknownRoutes);
    }

    [Fact]
    public async Task A_cancelled_build_is_over_on_the_engine_behind_it_too()
    {
        BuilderFixture.Require();
        await using var portainer = await StartAsync();
        using var connection = DockerConnection.To(Options(portainer));
        using var context = new SmallContext($"FROM {fixture.BuildOptions.BaseImage}\nRUN echo begun && sleep 601\n");
        using var cancel = new CancellationTokenSource();
        var begun = new TaskCompletionSource();
        var client = new DockerEngineClient(connection, null, TimeProvider.System);

        var build = client.BuildAsync(context.Build("cancelled"), line => _ = line == "begun" && begun.TrySetResult(), cancel.Token);
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => build);
        await Wait.UntilAsync("the end of the build's container", TimeSpan.FromSeconds(60), async () =>
            !(await fixture.Engine.RunAsync("ps", "--all", "--no-trunc", "--format", "{{.Command}}")).Contains("sleep 601", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_wrong_key_is_refused_in_Portainers_words_and_is_not_repeated()
    {
        BuilderFixture.Require();
        const string canary = "ptr_canary-wrong-key-77aa";
        await using var portainer = await StartAsync();
        using var connection = DockerConnection.To(Options(portainer, key: canary));

        var error = await Assert.ThrowsAsync<ApiException>(() =>
            new DockerEngineClient(connection, null, TimeProvider.System).GetVersionAsync(CancellationToken.None));

        Assert.Equal(HttpStatusCode.Unauthorized, error.Status);
        Assert.EndsWith("Invalid JWT token: Unauthorized", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(canary, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_environment_and_another_registry_are_refused_in_Portainers_words()
    {
        BuilderFixture.Require();
        await using var portainer = await StartAsync();
        using var environment = DockerConnection.To(Options(portainer, endpoint: 99));
        using var registry = DockerConnection.To(Options(portainer, registry: 98));

        var noEnvironment = await Assert.ThrowsAsync<ApiException>(() =>
            new DockerEngineClient(environment, null, TimeProvider.System).GetVersionAsync(CancellationToken.None));
        var noRegistry = await Assert.ThrowsAsync<ApiException>(() =>
            new DockerEngineClient(registry, null, TimeProvider.System).PushAsync("a", "b", _ => { }, CancellationToken.None));

        Assert.Contains("Unable to find an environment", noEnvironment.Message, StringComparison.Ordinal);
        Assert.Contains("Invalid X-Registry-Auth header", noRegistry.Message, StringComparison.Ordinal);
    }

    private static RuntimeBuild NewBuild() => new(Digest.Of(Guid.NewGuid().ToByteArray()).Hex, Digest.Of(Guid.NewGuid().ToByteArray()).Hex);

    private static PortainerOptions Options(
        PortainerServer portainer, string key = PortainerServer.ApiKey, int endpoint = PortainerServer.EndpointId, int registry = PortainerServer.RegistryId) =>
        new() { Address = portainer.Address, ApiKey = key, EndpointId = endpoint, RegistryId = registry };

    private Task<PortainerServer> StartAsync() => PortainerServer.StartAsync(fixture.Engine, JsonSerializer.Serialize(new Dictionary<string, string>
    {
        ["username"] = RegistryProcess.Username,
        ["password"] = RegistryProcess.Password,
        ["serveraddress"] = RegistryNames.Host(fixture.RegistryOptions),
    }));
}
