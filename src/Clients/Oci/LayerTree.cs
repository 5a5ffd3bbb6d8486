using System.Formats.Tar;
using System.Threading.Channels;
using Microsoft.Win32.SafeHandles;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>The folder that a layer is unpacked into. Small files are written behind the reader's back, because opening and closing them
/// costs more than their content.</summary>
internal sealed class LayerTree : IAsyncDisposable
{
    private const int SmallFile = 256 * 1024;
    private const UnixFileMode WriteAll = UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
    private const UnixFileMode PermissionBits = FolderMode | WriteAll;

    private readonly string _root;
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal) { "" };
    private readonly HashSet<string> _leaves = new(StringComparer.Ordinal);
    private readonly Channel<(string Path, byte[] Content, UnixFileMode Mode)> _files =
        Channel.CreateBounded<(string Path, byte[] Content, UnixFileMode Mode)>(64);
    private readonly Task _writers;

    public LayerTree(string root)
    {
        _root = root;
        CreateFolder(root);
        _writers = Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Run(WriteFilesAsync)));
    }

    public async Task AddAsync(TarEntry entry, CancellationToken cancellationToken)
    {
        if (LayerPath.Split(entry.Name) is not { } parts)
        {
            if (entry.EntryType is TarEntryType.Directory && entry.Name is "./" or ".")
                return;
            throw new InvalidDataException($"The layer holds the name '{entry.Name}', which leads out of its folder.");
        }

        if (entry.EntryType is TarEntryType.Directory)
        {
            EnsureFolder(parts);
            return;
        }

        EnsureFolder(parts[..^1]);
        var name = string.Join('/', parts);
        if (_folders.Contains(name) || !_leaves.Add(name))
            throw new InvalidDataException($"The layer holds '{name}' twice.");
        await AddLeafAsync(entry, name, cancellationToken);
    }

    /// <summary>Waits until every file is written.</summary>
    public async Task CompleteAsync()
    {
        _files.Writer.TryComplete();
        await _writers;
    }

    public async ValueTask DisposeAsync()
    {
        _files.Writer.TryComplete();
        await Task.WhenAny(_writers);
    }

    private async Task AddLeafAsync(TarEntry entry, string name, CancellationToken cancellationToken)
    {
        var path = Path.Combine(_root, name);
        var mode = entry.Mode & PermissionBits & ~WriteAll;
        switch (entry.EntryType)
        {
            case TarEntryType.SymbolicLink:
                if (LayerPath.CheckLink(name, entry.LinkName) is { } error)
                    throw new InvalidDataException(error);
                File.CreateSymbolicLink(path, entry.LinkName);
                break;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile when entry.Length <= SmallFile:
                var content = new byte[entry.Length];
                if (entry.DataStream is { } data)
                    await data.ReadExactlyAsync(content, cancellationToken);
                await SendAsync(path, content, mode, cancellationToken);
                break;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile:
                await using (var file = new FileStream(Create(path, mode), FileAccess.Write, bufferSize: 0))
                    await entry.DataStream!.CopyToAsync(file, cancellationToken);
                break;
            default:
                throw new InvalidDataException($"The layer holds '{name}' of type {entry.EntryType}; files, folders and symbolic links may be.");
        }
    }

    private async Task SendAsync(string path, byte[] content, UnixFileMode mode, CancellationToken cancellationToken)
    {
        try
        {
            await _files.Writer.WriteAsync((path, content, mode), cancellationToken);
        }
        catch (ChannelClosedException)
        {
            await _writers;
            throw;
        }
    }

    // A link is never in _folders, so nothing is ever written through one.
    private void EnsureFolder(string[] parts)
    {
        for (var count = 1; count <= parts.Length; count++)
        {
            var name = string.Join('/', parts[..count]);
            if (_leaves.Contains(name))
                throw new InvalidDataException($"The layer uses '{name}' as a folder, which it is not.");
            if (_folders.Add(name))
                CreateFolder(Path.Combine(_root, name));
        }
    }

    private static void CreateFolder(string path)
    {
        Directory.CreateDirectory(path);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, FolderMode);
    }

    // Shared, because .NET locks a file that is not, which is one call more for each of thousands of files.
    private static SafeFileHandle Create(string path, UnixFileMode mode)
    {
        var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, mode);
        return file;
    }

    private async Task WriteFilesAsync()
    {
        try
        {
            await foreach (var (path, content, mode) in _files.Reader.ReadAllAsync())
            {
                using var file = Create(path, mode);
                RandomAccess.Write(file, content, fileOffset: 0);
            }
        }
        catch (Exception exception)
        {
            _files.Writer.TryComplete(exception);
            throw;
        }
    }
}
