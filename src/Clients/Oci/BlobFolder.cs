using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>The blobs of a layout. A blob appears under its digest only when all of it is on the disk.</summary>
internal sealed class BlobFolder
{
    private readonly string _folder;
    private readonly string _temporary;

    public BlobFolder(string folder, string temporary)
    {
        (_folder, _temporary) = (folder, temporary);
        Directory.CreateDirectory(folder);
        Directory.CreateDirectory(temporary);
        Sweep();
    }

    public bool Has(Digest digest) => File.Exists(PathOf(digest));

    public FileStream Open(Digest digest)
    {
        try
        {
            // Shared with a writer, who holds its lock for a moment longer than it takes the name.
            return new FileStream(PathOf(digest), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        }
        catch (FileNotFoundException exception)
        {
            throw new FileNotFoundException(ImageNames.Missing(digest), exception);
        }
    }

    public async Task<byte[]> ReadAsync(Digest digest, int maxSize, CancellationToken cancellationToken)
    {
        await using var file = Open(digest);
        if (file.Length > maxSize)
            throw new InvalidDataException($"Blob {digest} has {file.Length} bytes; a document may have {maxSize}.");
        var content = new byte[file.Length];
        await file.ReadExactlyAsync(content, cancellationToken);
        return Digest.Of(content) == digest ? content : throw new InvalidDataException($"Blob {digest} is damaged.");
    }

    public async Task<Descriptor> PutAsync(ReadOnlyMemory<byte> content, string mediaType, CancellationToken cancellationToken)
    {
        await using var blob = new BlobWriter(this);
        await blob.WriteAsync(content, cancellationToken);
        return await blob.CommitAsync(mediaType, cancellationToken);
    }

    /// <summary>The lock on an open temporary file tells a later <see cref="Sweep"/> that somebody still writes it.</summary>
    public FileStream CreateTemporary() =>
        new(Path.Combine(_temporary, Guid.NewGuid().ToString("N")), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);

    public void Publish(string temporaryPath, Digest digest) => File.Move(temporaryPath, PathOf(digest), overwrite: true);

    /// <summary>Writes a small file so that a crash leaves the old or the new.</summary>
    /// <param name="written">The file's time; null for the present.</param>
    public void Replace(string path, ReadOnlySpan<byte> content, DateTime? written)
    {
        string draft;
        using (var file = CreateTemporary())
        {
            file.Write(content);
            if (written is { } time)
                File.SetLastWriteTimeUtc(file.SafeFileHandle, time);
            file.Flush(flushToDisk: true);
            draft = file.Name;
        }

        // Closed before it gets its name: whoever reads it must not meet the writer's lock.
        File.Move(draft, path, overwrite: true);
    }

    /// <summary>Makes a blob as young as if it had been written now; false when it is not there.</summary>
    public bool TryTouch(Digest digest, DateTimeOffset now)
    {
        try
        {
            File.SetLastWriteTimeUtc(PathOf(digest), now.UtcDateTime);
            return true;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Also true for a blob that is not there.</summary>
    public bool IsOlderThan(Digest digest, DateTimeOffset time) => File.GetLastWriteTimeUtc(PathOf(digest)) < time.UtcDateTime;

    public long DeleteExcept(HashSet<Digest> used, DateTimeOffset writtenBefore)
    {
        var freed = 0L;
        foreach (var file in new DirectoryInfo(_folder).EnumerateFiles())
        {
            if (!Digest.TryParse($"sha256:{file.Name}", out var digest) || used.Contains(digest) || file.LastWriteTimeUtc >= writtenBefore.UtcDateTime)
                continue;
            freed += file.Length;
            file.Delete();
        }

        return freed;
    }

    private string PathOf(Digest digest) => Path.Combine(_folder, digest.Hex);

    private void Sweep()
    {
        foreach (var path in Directory.EnumerateFiles(_temporary))
        {
            try
            {
                using (new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
                    File.Delete(path);
            }
            catch (IOException)
            {
                // Another process is writing it.
            }
        }
    }
}
