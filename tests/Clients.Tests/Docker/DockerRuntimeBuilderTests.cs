using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using MultiAgentInfra.Clients.Builds;
using MultiAgentInfra.Clients.Npm;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Clients.Tests.Docker;

[Trait("Needs", "Server")]
[Trait("Category", "Long")]
public sealed class DockerRuntimeBuilderTests(BuilderFixture fixture) : IClassFixture<BuilderFixture>
{
    [Fact]
    public async Task An_image_is_built_and_lies_in_quarantine_under_its_key_and_nothing_is_left_on_the_engine()
    {
        BuilderFixture.Require();
        var (builder, build, lines) = (fixture.Builder(login: fixture.Login), NewBuild(), new ConcurrentQueue<string>());

        // A context of its own: what another test has built would come out of the engine's cache without a word of npm's.
        await builder.InstallAsync(build, fixture.Context("""{"private":true}"""), lines.Enqueue, CancellationToken.None);
        var image = await builder.AssembleAsync(build, lines.Enqueue, CancellationToken.None);

        Assert.Equal(image, await fixture.Registry.ResolveAsync(ImageNames.QuarantineRepository, build.RuntimeKey, CancellationToken.None));
        Assert.Contains("npm ci --ignore-scripts --omit=dev --no-audit --no-fund", lines);
        Assert.Empty(await fixture.Engine.RunAsync("images", "--all", "--quiet", "--filter", $"label={DockerfileBuilder.BuildLabel}={build.PluginSetKey}"));
        Assert.Equal(image, await builder.AssembleAsync(build, lines.Enqueue, CancellationToken.None));
        Assert.DoesNotContain(lines, line => line.Contains(RegistryProcess.Password, StringComparison.Ordinal));
        var origin = await builder.GetOriginAsync(CancellationToken.None);
        Assert.Equal(("docker", "linux-x64", "22"), (origin.Builder, origin.Platform, origin.NodeVersion));
        Assert.Equal(fixture.BuildOptions.ToBase().Digest, origin.Base!.Value);
    }

    [Fact]
    public async Task Both_builders_yield_the_same_container()
    {
        BuilderFixture.Require();
        var (builder, build) = (fixture.Builder(login: fixture.Login), NewBuild());
        await builder.InstallAsync(build, fixture.Context(), _ => { }, CancellationToken.None);
        var docker = await builder.AssembleAsync(build, _ => { }, CancellationToken.None);
        using var app = new TemporaryApp();
        var source = new RuntimeImageSource(build.RuntimeKey, "22", RegistryNames.Find(fixture.BuildOptions.ToBase(), fixture.RegistryOptions));

        var host = await new RuntimeImageBuilder(fixture.Registry).BuildAsync(app.Path, source, CancellationToken.None);

        Assert.Equal(await ConfigAsync(docker.Digest), await ConfigAsync(host.Digest));
    }

    [Fact]
    public async Task What_an_ended_control_plane_had_built_is_used()
    {
        BuilderFixture.Require();
        var (build, lines) = (NewBuild(), new ConcurrentQueue<string>());
        await fixture.Builder().InstallAsync(build, fixture.Context(), _ => { }, CancellationToken.None);

        var next = fixture.Builder(login: fixture.Login);
        await next.InstallAsync(build, fixture.Context(), lines.Enqueue, CancellationToken.None);
        await next.AssembleAsync(build, _ => { }, CancellationToken.None);

        Assert.Contains("of an earlier build of the same", Assert.Single(lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_key_is_never_built_twice_at_a_time()
    {
        BuilderFixture.Require();
        var (builder, build, lines) = (fixture.Builder(), NewBuild(), new ConcurrentQueue<string>());

        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => builder.InstallAsync(build, fixture.Context(), lines.Enqueue, CancellationToken.None)));

        Assert.Single(lines, line => line.StartsWith("Step 1/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_discarded_build_leaves_neither_image_nor_folder()
    {
        BuilderFixture.Require();
        var (builder, build) = (fixture.Builder(), NewBuild());
        await builder.InstallAsync(build, fixture.Context(), _ => { }, CancellationToken.None);

        await builder.DiscardAsync(build.PluginSetKey, CancellationToken.None);
        await builder.DiscardAsync(build.PluginSetKey, CancellationToken.None);

        Assert.Empty(await fixture.Engine.RunAsync("images", "--all", "--quiet", "--filter", $"label={DockerfileBuilder.BuildLabel}={build.PluginSetKey}"));
        Assert.False(Directory.Exists(fixture.Folder.Work(build.PluginSetKey)));
    }

    [Fact]
    public async Task A_package_that_does_not_exist_is_no_reason_to_try_again_and_a_network_is()
    {
        BuilderFixture.Require();
        var builder = fixture.Builder();

        var permanent = await Assert.ThrowsAsync<NonRetryableException>(() =>
            builder.InstallAsync(NewBuild(), fixture.Context("no-such-version"), _ => { }, CancellationToken.None));
        var passing = await Assert.ThrowsAsync<NpmException>(() =>
            builder.InstallAsync(NewBuild(), fixture.Context("no-answer"), _ => { }, CancellationToken.None));

        Assert.StartsWith("The build failed with ETARGET for the package x@no-such-version:", permanent.Message, StringComparison.Ordinal);
        Assert.Contains("returned a non-zero code: 1", permanent.Message, StringComparison.Ordinal);
        Assert.StartsWith("The build failed with ETIMEDOUT", passing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_push_that_is_refused_says_so_without_the_password()
    {
        BuilderFixture.Require();
        const string canary = "canary-wrong-password-b2";
        var build = NewBuild();
        var builder = fixture.Builder(login: new(RegistryNames.Host(fixture.RegistryOptions), "pusher", canary));
        await builder.InstallAsync(build, fixture.Context(), _ => { }, CancellationToken.None);

        var error = await Assert.ThrowsAsync<ApiException>(() => builder.AssembleAsync(build, _ => { }, CancellationToken.None));

        Assert.Contains("unauthorized", error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(canary, error.ToString(), StringComparison.Ordinal);
    }

    private static RuntimeBuild NewBuild() => new(Digest.Of(Guid.NewGuid().ToByteArray()).Hex, Digest.Of(Guid.NewGuid().ToByteArray()).Hex);

    /// <summary>What decides how a container runs, without what names the build.</summary>
    private async Task<string> ConfigAsync(Digest image)
    {
        var content = await new ImageReader(fixture.Registry).ReadAsync(new(ImageNames.QuarantineRepository, image), CancellationToken.None);
        var config = JsonSerializer.SerializeToNode(content.Config.Config)!.AsObject();
        var kept = new JsonObject();
        foreach (var name in new[] { "User", "Env", "Cmd", "WorkingDir", "ExposedPorts", "StopSignal", "Healthcheck" })
            kept[name] = config[name]!.DeepClone();
        kept["Key"] = config["Labels"]![ImageNames.RuntimeKeyLabel]!.DeepClone();
        kept["Platform"] = $"{content.Config.Os}/{content.Config.Architecture}";
        return kept.ToJsonString();
    }

    private sealed class TemporaryApp : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("app-");

        public TemporaryApp() => File.WriteAllText(System.IO.Path.Combine(_folder.FullName, "package.json"), "{}");

        public string Path => _folder.FullName;

        public void Dispose() => _folder.Delete(recursive: true);
    }
}
