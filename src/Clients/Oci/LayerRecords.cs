using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>Which layer a folder's content became, by the content's fingerprint: small files, of which the newest are kept. To lose one costs the
/// time to pack a folder again, nothing else.</summary>
public sealed class LayerRecords(string folder)
{
    private const int MostKept = 200;
    private const int MaxSize = 64 * 1024;

    /// <summary>Null when there is no record, or none that can be read.</summary>
    internal async Task<PackedLayer?> FindAsync(Digest fingerprint, CancellationToken cancellationToken)
    {
        var file = new FileInfo(PathOf(fingerprint));
        if (!file.Exists || file.Length > MaxSize)
            return null;
        try
        {
            return OciJson.Parse<PackedLayer>(await File.ReadAllBytesAsync(file.FullName, cancellationToken), "A layer's record");
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    internal async Task KeepAsync(Digest fingerprint, PackedLayer layer, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        foreach (var old in new DirectoryInfo(folder).EnumerateFiles().OrderByDescending(file => file.LastWriteTimeUtc).Skip(MostKept - 1))
            old.Delete();
        var partial = PathOf(fingerprint) + $".{Guid.NewGuid():N}";
        await File.WriteAllBytesAsync(partial, OciJson.Write(layer), cancellationToken);
        File.Move(partial, PathOf(fingerprint), overwrite: true);
    }

    private string PathOf(Digest fingerprint) => Path.Combine(folder, $"{fingerprint.Hex}.json");
}
