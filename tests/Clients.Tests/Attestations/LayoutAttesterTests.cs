using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Tests.Oci;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Tests.Attestations;

public sealed class LayoutAttesterTests : ImageAttesterTests, IDisposable
{
    private readonly TemporaryLayout _temporary = new();

    public void Dispose() => _temporary.Dispose();

    protected override Task<IImageRegistry> OpenAsync() => Task.FromResult<IImageRegistry>(_temporary.Layout);

    protected override string BlobPath(Digest digest) => Path.Combine(_temporary.Layout.Root, "blobs", "sha256", digest.Hex);
}
