using MultiAgentInfra.Activities.Builds;
using MultiAgentInfra.Clients.Builds;
using MultiAgentInfra.Clients.Npm;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Processes;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Activities.Tests;

public sealed class AssembleRuntimeImageActivityTests : IAsyncLifetime
{
    private const string Key = "plugin-set";

    private ActivityStore _store = null!;
    private OciLayout _registry = null!;
    private HostRuntimeBuilder _builder = null!;

    public async ValueTask InitializeAsync()
    {
        _store = await ActivityStore.CreateAsync(new FakeClock());
        _registry = new OciLayout(_store.Data.Registry, TimeProvider.System);
        var programs = Directory.CreateDirectory(Path.Combine(_store.Data.Root, "programs")).FullName;
        await File.WriteAllTextAsync(Path.Combine(programs, "node"), "#!/bin/sh\necho v22.12.0\n");
        File.SetUnixFileMode(Path.Combine(programs, "node"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var npm = new NpmClient(
            new ProcessRunner(TimeProvider.System), _store.Data.NpmCache, new Dictionary<string, string> { ["PATH"] = $"{programs}:/usr/bin:/bin" });
        _builder = new HostRuntimeBuilder(npm, new BuildFolder(_store.Data), new RuntimeImageBuilder(_registry), below: null);
        await _store.Images.ClaimAsync(_store.OperationId, Key, waited: false, CancellationToken.None);
    }

    public ValueTask DisposeAsync()
    {
        _registry.Dispose();
        _store.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task An_image_that_a_build_of_the_same_key_has_left_in_quarantine_is_used()
    {
        await BeginAsync("{}", "one");
        var first = await AssembleAsync();
        Directory.Delete(new BuildFolder(_store.Data).App(Key), recursive: true);

        var second = await AssembleAsync();

        Assert.Equal(first, second);
        var recorded = Assert.Single(await _store.PushedImages.ListNamesAsync(ImageNames.QuarantineRepository, CancellationToken.None));
        Assert.Equal((first.Digest, ImageKind.Quarantined), (recorded.Digest, recorded.Kind));
        Assert.True(recorded.Size > first.Size);
    }

    [Fact]
    public async Task An_image_of_another_key_is_not_used_whatever_the_record_says()
    {
        await BeginAsync("{}", "one");
        var first = await AssembleAsync();
        var other = await BeginAsync("{ }", "two");
        await _store.PushedImages.RecordAsync(
            new(ImageNames.QuarantineRepository, first.Digest, ImageKind.Quarantined, null, 1, RuntimeKey: other.RuntimeKey), CancellationToken.None);

        Assert.NotEqual(first.Digest, (await AssembleAsync()).Digest);
    }

    [Fact]
    public async Task An_image_that_is_no_longer_whole_is_assembled_again()
    {
        await BeginAsync("{}", "one");
        var first = await AssembleAsync();
        var layer = (await _registry.GetManifestAsync(ImageNames.QuarantineRepository, first.Digest, CancellationToken.None)).ReadImage().Layers.Single();
        File.Delete(Path.Combine(_store.Data.Registry, "blobs", "sha256", layer.Digest.Hex));

        Assert.Equal(first, await AssembleAsync());
        Assert.True(await _registry.HasBlobAsync(ImageNames.QuarantineRepository, layer.Digest, CancellationToken.None));
    }

    private async Task<RuntimeBuild> BeginAsync(string lockFile, string content)
    {
        var app = Directory.CreateDirectory(new BuildFolder(_store.Data).App(Key)).FullName;
        await File.WriteAllTextAsync(Path.Combine(app, "package.json"), content);
        return await new RuntimeKeys(_builder, _store.Images).BeginAsync(Key, lockFile, CancellationToken.None);
    }

    private Task<BuiltImage> AssembleAsync()
    {
        var registry = new RecordedImages(_store.PushedImages, _registry, new ImageReader(_registry), new ImageMover(_registry));
        var activity = new AssembleRuntimeImageActivity(_builder, new RuntimeKeys(_builder, _store.Images), registry, _store.Log, _store.Recorder);
        return activity.RunAsync(new NoContext(), new AssembleRuntimeImage(_store.OperationId, Key));
    }
}
