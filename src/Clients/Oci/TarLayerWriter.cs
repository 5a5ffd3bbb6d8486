using System.Formats.Tar;
using System.Text;
using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>Packs files as a layer (https://github.com/opencontainers/image-spec/blob/v1.1.1/layer.md) whose bytes depend on names, contents,
/// links and execute permissions only: no times, owners or machine names.</summary>
/// <param name="records">Which folders are layers already; null packs each anew.</param>
public sealed class TarLayerWriter(IImageRegistry registry, LayerRecords? records = null)
{
    private const UnixFileMode ReadAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode ExecuteAll = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode All = ReadAll | ExecuteAll | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Packs a folder under <paramref name="prefix"/>, and an empty folder for the agent's data, as a blob of the repository: in one pass
    /// and without holding the layer in memory. A folder with the content of one that was packed before, by its
    /// <see cref="FolderFingerprint"/> and not by sizes and times, is not packed again while the repository still has that layer.</summary>
    /// <param name="isExcluded">Decides by the path relative to the folder; a folder's verdict covers what is in it.</param>
    public async Task<PackedLayer> PackFolderAsync(
        string repository, string folder, string prefix, Func<string, bool> isExcluded, CancellationToken cancellationToken)
    {
        // An engine that makes the working folder itself, or fills a new volume from it, would leave it to root.
        var data = new LayerEntry(RuntimeSettings.WorkingFolder.TrimStart('/'), null, null) { Owner = RuntimeSettings.UserId };
        List<LayerEntry> entries = [.. LayerEntry.List(folder, prefix, isExcluded), data];
        if (records is null)
            return await (await PackAsync(repository, entries, null, cancellationToken)).StoreAsync();
        var known = await records.FindAsync(await FolderFingerprint.ComputeAsync(entries, cancellationToken), cancellationToken);
        if (known is not null && await registry.HasBlobAsync(repository, known.Blob.Digest, cancellationToken))
            return known;
        // Of what is read for the layer, in case that somebody changes the folder meanwhile.
        using var fingerprint = new FolderFingerprint();
        var packed = await (await PackAsync(repository, entries, fingerprint, cancellationToken)).StoreAsync();
        await records.KeepAsync(fingerprint.Complete(), packed, cancellationToken);
        return packed;
    }

    /// <summary>Packs texts by their paths in the layer, such as <c>app/character.json</c>.</summary>
    internal Task<LayerOnItsWay> PackTextsAsync(string repository, IEnumerable<KeyValuePair<string, string>> texts, CancellationToken cancellationToken)
    {
        var entries = texts.Select(t => new LayerEntry(t.Key, null, Encoding.UTF8.GetBytes(t.Value))).OrderBy(e => e.Name, StringComparer.Ordinal);
        return PackAsync(repository, [.. entries], null, cancellationToken);
    }

    private async Task<LayerOnItsWay> PackAsync(
        string repository, List<LayerEntry> entries, FolderFingerprint? fingerprint, CancellationToken cancellationToken)
    {
        var blob = await registry.BeginBlobAsync(repository, cancellationToken);
        try
        {
            var diffId = await WriteAsync(blob, entries, fingerprint, cancellationToken);
            return new(StoreAsync(blob, cancellationToken), diffId);
        }
        catch
        {
            await blob.DisposeAsync();
            throw;
        }
    }

    private static async Task<Descriptor> StoreAsync(BlobUpload blob, CancellationToken cancellationToken)
    {
        await using (blob)
            return await blob.CommitAsync(MediaTypes.Layer, cancellationToken);
    }

    private static async Task<Digest> WriteAsync(
        BlobUpload blob, List<LayerEntry> entries, FolderFingerprint? fingerprint, CancellationToken cancellationToken)
    {
        await using var gzip = new GzipMembersStream(blob, cancellationToken);
        await using (var tar = new TarWriter(gzip, TarEntryFormat.Gnu, leaveOpen: true))
        {
            await foreach (var (entry, content) in FileReadAhead.ReadAsync(entries, cancellationToken))
            {
                var header = HeaderOf(entry);
                await using (content)
                {
                    if (content is not null)
                        header.DataStream = content;
                    await tar.WriteEntryAsync(header, cancellationToken);
                    fingerprint?.Add(entry, content is null ? [] : content.Hash());
                }
            }
        }

        return await gzip.CompleteAsync(cancellationToken);
    }

    // The GNU format, because .NET writes its own process id into the names of PAX headers.
    private static GnuTarEntry HeaderOf(LayerEntry entry)
    {
        if (entry.LinkTarget is { } target)
        {
            var error = LayerPath.CheckLink(entry.Name, target);
            return error is null
                ? new(TarEntryType.SymbolicLink, entry.Name) { LinkName = target, Mode = All, ModificationTime = DateTimeOffset.UnixEpoch }
                : throw new NonRetryableException(error);
        }

        if (entry.IsFolder)
        {
            return new(TarEntryType.Directory, entry.Name + "/")
            {
                Mode = ReadAll | ExecuteAll,
                ModificationTime = DateTimeOffset.UnixEpoch,
                Uid = entry.Owner ?? 0,
                Gid = entry.Owner ?? 0,
            };
        }

        return new(TarEntryType.RegularFile, entry.Name) { Mode = entry.IsProgram ? ReadAll | ExecuteAll : ReadAll, ModificationTime = DateTimeOffset.UnixEpoch };
    }
}
