namespace MultiAgentInfra.Clients.Oci;

/// <summary>The file <c>index.json</c>: one writer at a time in this process and among processes, and readers see the old or the new, never a half.</summary>
internal sealed class OciIndexFile : IDisposable
{
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _writer = new(1, 1);
    private readonly string _path;
    private readonly string _lockPath;
    private readonly BlobFolder _blobs;
    private readonly TimeProvider _time;

    public OciIndexFile(string root, BlobFolder blobs, TimeProvider time)
    {
        (_path, _lockPath, _blobs, _time) = (Path.Combine(root, "index.json"), Path.Combine(root, ".index.lock"), blobs, time);
        var marker = Path.Combine(root, "oci-layout");
        if (!File.Exists(marker))
            blobs.Replace(marker, """{"imageLayoutVersion":"1.0.0"}"""u8);
        if (!File.Exists(_path))
            Write([]);
    }

    public DateTimeOffset Now => _time.GetUtcNow();

    public OciIndex Read()
    {
        var file = new FileInfo(_path);
        return file.Length <= OciLayout.MaxDocumentSize
            ? OciJson.Parse<OciIndex>(File.ReadAllBytes(_path), "The image registry's index.json")
            : throw new InvalidDataException($"The image registry's index.json exceeds {OciLayout.MaxDocumentSize} bytes.");
    }

    public async Task UpdateAsync(Func<IReadOnlyList<Descriptor>, IReadOnlyList<Descriptor>> change, CancellationToken cancellationToken)
    {
        await _writer.WaitAsync(cancellationToken);
        try
        {
            using var fileLock = await AcquireFileLockAsync(cancellationToken);
            var before = Read().Manifests;
            var after = change(before);
            if (!ReferenceEquals(before, after))
                Write(after);
        }
        finally
        {
            _writer.Release();
        }
    }

    public void Dispose() => _writer.Dispose();

    private void Write(IReadOnlyList<Descriptor> manifests) =>
        _blobs.Replace(_path, OciJson.Write(new OciIndex(2, MediaTypes.Index, manifests)));

    private async Task<FileStream> AcquireFileLockAsync(CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(_lockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            }
            catch (IOException) when (_time.GetElapsedTime(started) < LockTimeout)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), _time, cancellationToken);
            }
        }
    }
}
