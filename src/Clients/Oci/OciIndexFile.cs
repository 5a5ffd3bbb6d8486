using System.Collections.Concurrent;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>The file <c>index.json</c>: one writer at a time in this process and among processes, and readers see the old or the new, never a half.
/// Changes that wait for the same writer share one write. A file is read again only when its time or length is another one, and whoever writes
/// it makes its time a later one than that of the file it replaces.</summary>
internal sealed class OciIndexFile : IDisposable
{
    private const int MaxSize = 64 * 1024 * 1024;
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _writer = new(1, 1);
    private readonly ConcurrentQueue<PendingChange> _pending = new();
    private readonly string _path;
    private readonly string _lockPath;
    private readonly BlobFolder _blobs;
    private readonly TimeProvider _time;
    private volatile CachedIndex _cached = new(default, -1, new([]));

    public OciIndexFile(string root, BlobFolder blobs, TimeProvider time)
    {
        (_path, _lockPath, _blobs, _time) = (Path.Combine(root, "index.json"), Path.Combine(root, ".index.lock"), blobs, time);
        var marker = Path.Combine(root, "oci-layout");
        if (!File.Exists(marker))
            blobs.Replace(marker, """{"imageLayoutVersion":"1.0.0"}"""u8, null);
        if (!File.Exists(_path))
            Write(_cached.Index, DateTime.UnixEpoch);
    }

    public DateTimeOffset Now => _time.GetUtcNow();

    public LayoutIndex Read() => ReadFile().Index;

    public async Task UpdateAsync(Func<LayoutIndex, LayoutIndex> change, CancellationToken cancellationToken)
    {
        var pending = new PendingChange(change);
        _pending.Enqueue(pending);
        try
        {
            await _writer.WaitAsync(cancellationToken);
            try
            {
                if (!pending.Done.Task.IsCompleted)
                {
                    using var fileLock = await AcquireFileLockAsync(cancellationToken);
                    ApplyPending();
                }
            }
            finally
            {
                _writer.Release();
            }
        }
        catch (Exception exception)
        {
            // Nobody may apply later what its caller was told has failed.
            pending.Done.TrySetException(exception);
        }

        await pending.Done.Task;
    }

    public void Dispose() => _writer.Dispose();

    private void ApplyPending()
    {
        var applied = new List<PendingChange>();
        try
        {
            var before = ReadFile();
            var index = before.Index;
            while (_pending.TryDequeue(out var pending))
            {
                if (pending.Done.Task.IsCompleted)
                    continue;
                applied.Add(pending);
                index = pending.Change(index);
            }

            if (!ReferenceEquals(index, before.Index))
                Write(index, before.Written);
            applied.ForEach(p => p.Done.TrySetResult());
        }
        catch (Exception exception)
        {
            applied.ForEach(p => p.Done.TrySetException(exception));
            throw;
        }
    }

    private CachedIndex ReadFile()
    {
        var known = new FileInfo(_path);
        if (_cached is { } cached && known.LastWriteTimeUtc == cached.Written && known.Exists && known.Length == cached.Length)
            return cached;
        using var file = File.OpenHandle(_path, share: FileShare.ReadWrite | FileShare.Delete);
        var (written, length) = (File.GetLastWriteTimeUtc(file), RandomAccess.GetLength(file));
        if (length > MaxSize)
            throw new InvalidDataException($"The image registry's index.json exceeds {MaxSize} bytes.");
        using var content = new MemoryStream((int)length);
        using (var stream = new FileStream(file, FileAccess.Read, bufferSize: 0))
            stream.CopyTo(content);
        var index = OciJson.Parse<OciIndex>(content.GetBuffer().AsSpan(0, (int)content.Length), "The image registry's index.json");
        return _cached = new(written, length, new([.. index.Manifests.Select(LayoutEntry.Read)]));
    }

    private void Write(LayoutIndex index, DateTime replaced)
    {
        var content = OciJson.Write(new OciIndex(2, MediaTypes.Index, [.. index.Entries.Select(e => e.Descriptor)]));
        var now = DateTime.SpecifyKind(_time.GetUtcNow().UtcDateTime, DateTimeKind.Utc);
        var written = now > replaced ? now : replaced.AddTicks(1);
        _blobs.Replace(_path, content, written);
        _cached = new(written, content.Length, index);
    }

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

    private sealed record CachedIndex(DateTime Written, long Length, LayoutIndex Index);

    private sealed record PendingChange(Func<LayoutIndex, LayoutIndex> Change)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
