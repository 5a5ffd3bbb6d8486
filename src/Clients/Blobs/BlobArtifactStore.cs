using System.Globalization;
using System.Text;
using Azure.Identity;
using MultiAgentInfra.Clients.Artifacts;

namespace MultiAgentInfra.Clients.Blobs;

/// <summary>Artifacts as block blobs of one container of Azure Blob Storage.</summary>
public sealed class BlobArtifactStore : IArtifactStore, IDisposable
{
    /// <summary>What is larger goes in blocks of this size.</summary>
    public const int BlockBytes = 4 * 1024 * 1024;

    private readonly HttpClient _http;
    private readonly BlobClient _blobs;

    internal BlobArtifactStore(Uri container, BlobAuthorization authorization, TimeProvider time)
    {
        _http = BlobClient.CreateHttp(container);
        _blobs = new BlobClient(_http, container, authorization, time);
    }

    /// <summary>Nothing is asked before the first artifact.</summary>
    /// <param name="options">Valid ones.</param>
    public static BlobArtifactStore Create(BlobOptions options, TimeProvider time)
    {
        var authorization = options.ReadAccountKey() is { Length: > 0 } key
            ? new BlobAuthorization(options.AccountName!, key, time)
            : new BlobAuthorization(new DefaultAzureCredential(), time);
        return new BlobArtifactStore(new Uri(options.Container!), authorization, time);
    }

    public async Task PutAsync(string name, string mediaType, Stream content, CancellationToken cancellationToken)
    {
        var blob = ArtifactName.Require(name);
        var block = new byte[BlockBytes];
        var length = await FillAsync().ConfigureAwait(false);
        if (length < block.Length)
        {
            await _blobs.PutBlobAsync(blob, mediaType, block.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
            return;
        }

        // Until the list is put, the blob is what it was before.
        using var hash = BlobChecksum.Begin();
        var ids = new List<string>();
        for (; length > 0; length = await FillAsync().ConfigureAwait(false))
        {
            hash.AppendData(block, 0, length);
            ids.Add(Convert.ToBase64String(Encoding.ASCII.GetBytes(ids.Count.ToString("D6", CultureInfo.InvariantCulture))));
            await _blobs.PutBlockAsync(blob, ids[^1], block.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
        }

        await _blobs.PutBlockListAsync(blob, mediaType, ids, hash.GetHashAndReset(), cancellationToken).ConfigureAwait(false);

        async ValueTask<int> FillAsync() =>
            await content.ReadAtLeastAsync(block, block.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
    }

    public Task<Stream?> OpenAsync(string name, CancellationToken cancellationToken) => _blobs.GetBlobAsync(ArtifactName.Require(name), cancellationToken);

    public Task DeleteAsync(string name, CancellationToken cancellationToken) => _blobs.DeleteBlobAsync(ArtifactName.Require(name), cancellationToken);

    public void Dispose() => _http.Dispose();
}
