using System.IO.Compression;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Tests.Oci;

public sealed class GzipMembersStreamTests : IDisposable
{
    private const int Piece = 1024 * 1024;

    private readonly TemporaryLayout _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Piece)]
    [InlineData((5 * Piece) + 17)]
    public async Task The_bytes_are_those_of_one_core_that_compresses_piece_after_piece(int size)
    {
        var content = new byte[size];
        for (var i = 0; i < size; i++)
            content[i] = (byte)(i * 31 / 1000);

        await using var blob = await _temporary.Layout.BeginBlobAsync("runtime", CancellationToken.None);
        Digest diffId;
        await using (var gzip = new GzipMembersStream(blob, CancellationToken.None))
        {
            foreach (var part in content.Chunk(77_777))
                await gzip.WriteAsync(part);
            diffId = await gzip.CompleteAsync(CancellationToken.None);
        }

        var stored = await blob.CommitAsync(MediaTypes.Layer, CancellationToken.None);
        Assert.Equal(Digest.Of(content), diffId);
        Assert.Equal(Digest.Of(CompressOneByOne(content)), stored.Digest);
        await using var plain = new GZipStream(await _temporary.Layout.OpenBlobAsync("runtime", stored, CancellationToken.None), CompressionMode.Decompress);
        Assert.Equal(diffId, Digest.FromHash(await System.Security.Cryptography.SHA256.HashDataAsync(plain)));
    }

    [Fact]
    public async Task A_registry_that_fails_ends_the_compression_with_its_own_reason()
    {
        await using var blob = new BrokenUpload();
        await using var gzip = new GzipMembersStream(blob, CancellationToken.None);

        var exception = await Assert.ThrowsAsync<IOException>(async () =>
        {
            for (var i = 0; i < 1000; i++)
                await gzip.WriteAsync(new byte[Piece]);
            await gzip.CompleteAsync(CancellationToken.None);
        });

        Assert.Equal("the registry is full", exception.Message);
    }

    private static byte[] CompressOneByOne(byte[] content)
    {
        using var all = new MemoryStream();
        foreach (var piece in content.Chunk(Piece))
        {
            using var gzip = new GZipStream(all, GzipMembersStream.Options, leaveOpen: true);
            gzip.Write(piece);
        }

        return all.ToArray();
    }

    private sealed class BrokenUpload : BlobUpload
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => throw new IOException("the registry is full");

        public override Task<Descriptor> CommitAsync(string mediaType, CancellationToken cancellationToken) => throw new IOException("the registry is full");

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
