using System.Diagnostics;
using System.Text.Json.Nodes;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Clients.Tests.Oci;

/// <summary>Whole images in a registry, read by a tool that is not ours.</summary>
[Trait("Needs", "Server")]
public sealed class RemoteImageTests(RunningRegistry.WithPassword running) : IClassFixture<RunningRegistry.WithPassword>, IDisposable
{
    private const string Account = $"{RegistryProcess.Username}:{RegistryProcess.Password}";

    private readonly TemporaryLayout _temporary = new();

    private static CancellationToken None => CancellationToken.None;

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task Another_tool_reads_and_copies_the_images_that_are_built_into_a_registry()
    {
        Requires.Program("skopeo");
        var registry = (RemoteRegistry)await running.OpenAsync();
        var quarantined = await new RuntimeImageBuilder(registry).BuildAsync(_temporary.CreateApp(), new("0123abc", "20.20.2"), None);
        await new ImageMover(registry).MoveAsync(new(ImageNames.QuarantineRepository, quarantined.Digest), ImageNames.RuntimeRepository, "0123abc", None);
        var agent = new AgentLayer(Guid.NewGuid(), Guid.NewGuid(), 3, """{"name":"Ada"}""", [new("notes/a.md", "hello")]);
        var repository = ImageNames.AgentRepository(agent.OrganizationId);
        var image = await new AgentImageBuilder(registry).BuildAsync(quarantined.Digest, agent, None);
        var tag = ImageNames.AgentTag(agent.AgentId, agent.Revision);
        await registry.PutManifestAsync(repository, (await registry.GetManifestAsync(repository, image.Digest, None)).Content, image.MediaType, tag, None);

        var inspected = JsonNode.Parse(await RunAsync("inspect", "--tls-verify=false", "--creds", Account, $"docker://{registry.PushReference(repository, tag)}"))!;
        Assert.Equal(image.Digest.Value, inspected["Digest"]!.GetValue<string>());
        Assert.Equal(2, inspected["Layers"]!.AsArray().Count);
        Assert.Equal(quarantined.Digest.Value, inspected["Labels"]![ImageNames.RuntimeLabel]!.GetValue<string>());

        var folder = _temporary.PathOf("copy");
        await RunAsync(
            "copy", "--src-tls-verify=false", "--src-creds", Account,
            $"docker://{registry.PullReference(repository, image.Digest)}", $"oci:{folder}:copied");
        Assert.True(File.Exists(Path.Combine(folder, "blobs", "sha256", image.Digest.Hex)));
    }

    [Fact]
    public async Task An_image_that_another_tool_copied_into_a_registry_is_read_as_it_is()
    {
        Requires.Program("skopeo");
        var registry = (RemoteRegistry)await running.OpenAsync();
        var built = await new RuntimeImageBuilder(_temporary.Layout).BuildAsync(_temporary.CreateApp(), new("0123abc", "20.20.2"), None);
        await new ImageMover(_temporary.Layout).MoveAsync(new(ImageNames.QuarantineRepository, built.Digest), ImageNames.RuntimeRepository, "0123abc", None);

        await RunAsync(
            "copy", "--dest-tls-verify=false", "--dest-creds", Account,
            $"oci:{_temporary.Layout.Root}:{ImageNames.Reference(ImageNames.RuntimeRepository, "0123abc")}", $"docker://{registry.PushReference("copied", "v1")}");

        Assert.Equal(built, await registry.ResolveAsync("copied", "v1", None));
        Assert.True(await new ImageReader(registry).HasImageAsync(new("copied", built.Digest), None));
    }

    private static async Task<string> RunAsync(params string[] arguments)
    {
        using var skopeo = Process.Start(new ProcessStartInfo("skopeo", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = skopeo.StandardError.ReadToEndAsync();
        var text = await skopeo.StandardOutput.ReadToEndAsync();
        await skopeo.WaitForExitAsync();
        Assert.True(skopeo.ExitCode == 0, await error);
        return text;
    }
}
