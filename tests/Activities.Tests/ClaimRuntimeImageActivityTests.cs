using MultiAgentInfra.Activities.Builds;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Activities.Tests;

public sealed class ClaimRuntimeImageActivityTests
{
    private const string Key = "plugin-set";

    [Fact]
    public async Task An_image_that_is_there_is_used_and_one_that_the_registry_lost_is_built_again()
    {
        using var store = await ActivityStore.CreateAsync(new FakeClock());
        using var registry = new OciLayout(store.Data.Registry, TimeProvider.System);
        var app = Directory.CreateDirectory(Path.Combine(store.Data.Builds, "app")).FullName;
        await File.WriteAllTextAsync(Path.Combine(app, "package.json"), "{}");
        var image = await new RuntimeImageBuilder(registry).BuildAsync(app, new RuntimeImageSource(Key, "20.0.0"), CancellationToken.None);
        await new ImageMover(registry).MoveAsync(
            new(ImageNames.QuarantineRepository, image.Digest), ImageNames.RuntimeRepository, Key, CancellationToken.None);
        await store.Images.ClaimAsync(store.OperationId, Key, waited: false, CancellationToken.None);
        await store.Images.CompleteAsync(Key, image.Digest, ScanVerdict.NotScanned("no scanner"), Digest.Of("sbom"u8), CancellationToken.None);
        var activity = new ClaimRuntimeImageActivity(store.Images, new ImageReader(registry), store.Gate, store.Recorder);
        var input = new ClaimRuntimeImage(store.OperationId, Key, Waited: false);

        var there = await activity.RunAsync(new NoContext(), input);
        var layer = (await registry.GetManifestAsync(ImageNames.RuntimeRepository, image.Digest, CancellationToken.None)).ReadImage().Layers.Single();
        File.Delete(Path.Combine(store.Data.Registry, "blobs", "sha256", layer.Digest.Hex));
        var lost = await activity.RunAsync(new NoContext(), input);

        Assert.Equal(new RuntimeClaim(RuntimeClaimState.Ready, image.Digest, null), there);
        Assert.Equal(new RuntimeClaim(RuntimeClaimState.Claimed, null, null), lost);
    }
}
