using MultiAgentInfra.Clients.Attestations;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Tests.Oci;
using MultiAgentInfra.Core;

namespace MultiAgentInfra.Clients.Tests.Attestations;

public sealed class LayoutAttesterTests : ImageAttesterTests, IDisposable
{
    private readonly TemporaryLayout _temporary = new();

    public void Dispose() => _temporary.Dispose();

    protected override Task<IImageRegistry> OpenAsync() => Task.FromResult<IImageRegistry>(_temporary.Layout);

    [Theory]
    [InlineData(10, 0, "damaged")]
    [InlineData(0, 1, "damaged")]
    public async Task A_manifest_that_was_cut_short_or_changed_is_not_deployed(int cut, byte changed, string reason)
    {
        var keys = AttestedImage.NewKeys();
        var image = await AttestedImage.CreateAsync(_temporary.Layout, "runtime", "one");
        await image.AttestAsync(_temporary.Layout, keys);
        var path = Path.Combine(_temporary.Layout.Root, "blobs", "sha256", image.Digest.Hex);
        var content = await File.ReadAllBytesAsync(path);
        content[^5] ^= changed;
        await File.WriteAllBytesAsync(path, content[..^cut]);

        var exception = await Assert.ThrowsAsync<NonRetryableException>(() =>
            new ImageVerifier(_temporary.Layout, keys).VerifyAsync("runtime", image.Digest, CancellationToken.None));

        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
    }
}
