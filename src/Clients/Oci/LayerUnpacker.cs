using System.Formats.Tar;
using System.IO.Compression;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>Unpacks layers of untrusted content: nothing is written outside the folder, and the folder appears only when all of it is there
/// and is what the digest says.</summary>
public sealed class LayerUnpacker(IImageRegistry registry) : IDisposable
{
    private const long MaxSize = 8L * 1024 * 1024 * 1024;
    private const int MaxEntries = 1_000_000;

    private readonly SemaphoreSlim _oneAtATime = new(1, 1);

    /// <summary>Unpacks a layer with read-only files; a folder that exists is left as it is.</summary>
    /// <exception cref="InvalidDataException">The layer is damaged, too large, or holds an entry that may not be.</exception>
    public async Task UnpackAsync(string repository, Descriptor layer, string folder, CancellationToken cancellationToken)
    {
        await _oneAtATime.WaitAsync(cancellationToken);
        try
        {
            if (Directory.Exists(folder))
                return;
            var partial = folder.TrimEnd('/') + ".partial";
            DeleteIfThere(partial);
            try
            {
                await Task.Run(() => UnpackIntoAsync(repository, layer, partial, cancellationToken), cancellationToken);
                Directory.Move(partial, folder);
            }
            catch
            {
                DeleteIfThere(partial);
                throw;
            }
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public void Dispose() => _oneAtATime.Dispose();

    private async Task UnpackIntoAsync(string repository, Descriptor layer, string folder, CancellationToken cancellationToken)
    {
        await using var blob = await registry.OpenBlobAsync(repository, layer, cancellationToken);
        await using var gzip = new GZipStream(blob, CompressionMode.Decompress);
        await using var ahead = new DecompressAheadStream(gzip, MaxSize, cancellationToken);
        await using (var tree = new LayerTree(folder))
        {
            await using var tar = new TarReader(ahead, leaveOpen: true);
            for (var count = 0; await tar.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry; count++)
            {
                if (count == MaxEntries)
                    throw new InvalidDataException($"A layer may have {MaxEntries} entries.");
                await tree.AddAsync(entry, cancellationToken);
            }

            await tree.CompleteAsync();
        }

        // Reads on to the end, where the digest is checked.
        await ahead.CopyToAsync(Stream.Null, cancellationToken);
        await blob.CopyToAsync(Stream.Null, cancellationToken);
    }

    private static void DeleteIfThere(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
