using System.Diagnostics;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Clients.Tests.Oci;

public sealed class ImageBuilderTests : IDisposable
{
    private static readonly RuntimeImageSource Source = new("0123abc", "20.20.2");
    private static readonly AgentLayer Agent = new(new("0198d3f2-0000-7b6e-9a53-2f4be1c07d18"), new("0198d3f2-7c41-7b6e-9a53-2f4be1c07d18"), 3, """{"name":"Ada"}""", [new("notes/a.md", "hello")]);

    private static readonly string AgentRepository = ImageNames.AgentRepository(Agent.OrganizationId);

    private readonly TemporaryLayout _temporary = new();

    private OciLayout Layout => _temporary.Layout;

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task The_same_files_yield_the_same_runtime_image_whatever_their_times_and_modes()
    {
        var first = await BuildRuntimeAsync();
        var again = _temporary.CreateApp("copy");
        TemporaryLayout.Write(again, "package.json", """{"name":"x"}""", UnixFileMode.UserRead | UnixFileMode.GroupRead);
        TemporaryLayout.Write(again, "node_modules/.package-lock.json", "from this machine");
        TemporaryLayout.Write(again, "node_modules/.cache/x", "cached");
        File.SetLastWriteTimeUtc(Path.Combine(again, "node_modules/größe.txt"), DateTime.UnixEpoch.AddYears(40));

        var second = await new RuntimeImageBuilder(Layout).BuildAsync(again, Source, CancellationToken.None);

        Assert.Equal(first.Digest, second.Digest);
    }

    [Fact]
    public async Task A_changed_file_yields_another_image()
    {
        var first = await BuildRuntimeAsync();
        var changed = _temporary.CreateApp("changed");
        TemporaryLayout.Write(changed, "package.json", """{"name":"y"}""");

        Assert.NotEqual(first.Digest, (await new RuntimeImageBuilder(Layout).BuildAsync(changed, Source, CancellationToken.None)).Digest);
    }

    [Fact]
    public async Task A_runtime_image_says_how_it_runs_and_that_it_needs_the_hosts_Node()
    {
        var image = await BuildRuntimeAsync();
        var config = (await ReadAsync(ImageNames.QuarantineRepository, image)).Config;

        Assert.Equal("linux", config.Os);
        Assert.Equal(DateTimeOffset.UnixEpoch, config.Created);
        Assert.Equal(("1000:1000", "/data"), (config.Config!.User, config.Config.WorkingDir));
        Assert.Equal(["node", "/app/start-agent.mjs", "/app/character.json"], config.Config.Cmd!);
        Assert.Equal("true", config.Config.Labels![ImageNames.LocalOnlyLabel]);
        Assert.Equal(Source.RuntimeKey, config.Config.Labels[ImageNames.RuntimeKeyLabel]);
    }

    [Fact]
    public async Task A_runtime_image_on_a_base_keeps_the_bases_layers_and_is_not_local_only()
    {
        var below = await BuildRuntimeAsync();
        var image = await new RuntimeImageBuilder(Layout).BuildAsync(_temporary.CreateApp("app2"), Source with { RuntimeKey = "other", Base = new(ImageNames.QuarantineRepository, below.Digest) }, CancellationToken.None);
        var manifest = (await ReadAsync(ImageNames.QuarantineRepository, image)).Manifest;

        Assert.Equal(2, manifest.Layers.Count);
        Assert.Equal((await ReadAsync(ImageNames.QuarantineRepository, below)).Manifest.Layers[0], manifest.Layers[0]);
    }

    [Fact]
    public void The_config_that_docker_import_writes_can_be_read()
    {
        var config = OciJson.Parse<OciImageConfig>("""
            {"architecture":"amd64","config":{"User":"","Env":null,"Cmd":null,"ExposedPorts":null,"Labels":null,"OnBuild":null},
             "created":"2026-11-27T23:14:00.1Z","history":[{"created":"2026-11-27T23:14:00.1Z","comment":"Imported from -"}],
             "os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:38aee65a6c6516c814bf49b4b0cfc2229e84f17e5114638f5bbabe2239c5a716"]}}
            """u8, "The config");

        Assert.Null(Assert.Single(config.History!).CreatedBy);
    }

    [Fact]
    public async Task An_agent_image_is_the_runtime_and_one_layer_and_does_not_read_the_runtimes()
    {
        var runtime = await ReleaseRuntimeAsync();
        var runtimeLayer = (await ReadAsync(ImageNames.RuntimeRepository, runtime)).Manifest.Layers[0];
        await File.WriteAllTextAsync(Path.Combine(Layout.Root, "blobs", "sha256", runtimeLayer.Digest.Hex), "unreadable");

        var image = await new AgentImageBuilder(Layout).BuildAsync(runtime.Digest, Agent, CancellationToken.None);
        var layers = await new ImageReader(Layout).ReadLayersAsync(new(AgentRepository, image.Digest), CancellationToken.None);
        var config = (await ReadAsync(AgentRepository, image)).Config;

        Assert.Equal([runtimeLayer], layers.Runtime);
        Assert.NotEqual(runtimeLayer, layers.Agent);
        Assert.Equal((2, 2), (config.Rootfs.DiffIds.Count, config.History!.Count));
        Assert.Equal(Agent.AgentId.ToString(), config.Config!.Labels![ImageNames.AgentLabel]);
        Assert.Equal("3", config.Config.Labels[ImageNames.RevisionLabel]);
        Assert.Equal(Source.RuntimeKey, config.Config.Labels[ImageNames.RuntimeKeyLabel]);
    }

    [Fact]
    public async Task The_same_revision_yields_the_same_agent_image()
    {
        var runtime = await ReleaseRuntimeAsync();
        var builder = new AgentImageBuilder(Layout);

        Assert.Equal(
            (await builder.BuildAsync(runtime.Digest, Agent, CancellationToken.None)).Digest,
            (await builder.BuildAsync(runtime.Digest, Agent, CancellationToken.None)).Digest);
    }

    [Theory]
    [InlineData("../character.json")]
    [InlineData("/etc/passwd")]
    [InlineData("")]
    public async Task A_knowledge_file_outside_its_folder_is_refused(string name)
    {
        var runtime = await ReleaseRuntimeAsync();

        await Assert.ThrowsAsync<InvalidDataException>(() =>
            new AgentImageBuilder(Layout).BuildAsync(runtime.Digest, Agent with { Knowledge = [new(name, "x")] }, CancellationToken.None));
    }

    [Fact]
    public async Task A_runtime_image_has_no_agent_layer()
    {
        var runtime = await BuildRuntimeAsync();

        await Assert.ThrowsAsync<InvalidDataException>(() =>
            new ImageReader(Layout).ReadLayersAsync(new(ImageNames.QuarantineRepository, runtime.Digest), CancellationToken.None));
    }

    [Fact]
    [Trait("Needs", "Server")]
    public async Task Skopeo_reads_the_references_and_verifies_every_layer()
    {
        Requires.Program("skopeo");
        var runtime = await ReleaseRuntimeAsync();
        var image = await new AgentImageBuilder(Layout).BuildAsync(runtime.Digest, Agent, CancellationToken.None);
        var tag = ImageNames.AgentTag(Agent.AgentId, 3);
        await new ImageMover(Layout).MoveAsync(new(AgentRepository, image.Digest), AgentRepository, tag, CancellationToken.None);

        var inspected = await RunSkopeoAsync("inspect", $"oci:{Layout.Root}:runtime:0123abc");
        Assert.Contains(runtime.Digest.Value, inspected, StringComparison.Ordinal);
        // A docker archive holds uncompressed layers, so this checks the diff ids of the gzip members too.
        await RunSkopeoAsync("copy", $"oci:{Layout.Root}:{ImageNames.Reference(AgentRepository, tag)}", $"docker-archive:{_temporary.PathOf("image.tar")}:agent:3");
        Assert.True(new FileInfo(_temporary.PathOf("image.tar")).Length > 3 * 1024 * 1024);
    }

    private Task<Descriptor> BuildRuntimeAsync() =>
        new RuntimeImageBuilder(Layout).BuildAsync(_temporary.CreateApp(), Source, CancellationToken.None);

    private async Task<Descriptor> ReleaseRuntimeAsync()
    {
        var image = await BuildRuntimeAsync();
        await new ImageMover(Layout).MoveAsync(
            new(ImageNames.QuarantineRepository, image.Digest), ImageNames.RuntimeRepository, Source.RuntimeKey, CancellationToken.None);
        return image;
    }

    private Task<ImageContent> ReadAsync(string repository, Descriptor image) =>
        new ImageReader(Layout).ReadAsync(new(repository, image.Digest), CancellationToken.None);

    private static async Task<string> RunSkopeoAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("skopeo", ["--insecure-policy", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await error);
        return await output;
    }
}
