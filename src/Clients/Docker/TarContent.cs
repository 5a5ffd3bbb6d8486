using System.Formats.Tar;
using System.Net;
using System.Net.Http.Headers;

namespace MultiAgentInfra.Clients.Docker;

/// <summary>The context of a build as a tar that is written while it is sent. Fixed times, owners and modes, and a fixed order: the same files
/// are the same bytes.</summary>
internal sealed class TarContent : HttpContent
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly IReadOnlyDictionary<string, string> _files;

    /// <param name="files">Paths by their names in the archive.</param>
    public TarContent(IReadOnlyDictionary<string, string> files)
    {
        _files = files;
        Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await using var writer = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true);
        foreach (var (name, path) in _files.OrderBy(file => file.Key, StringComparer.Ordinal))
        {
            await using var content = File.OpenRead(path);
            var entry = new UstarTarEntry(TarEntryType.RegularFile, name) { Mode = Mode, ModificationTime = DateTimeOffset.UnixEpoch, DataStream = content };
            await writer.WriteEntryAsync(entry, cancellationToken);
        }
    }

    // Unknown before all of it was read, so it goes in chunks.
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
