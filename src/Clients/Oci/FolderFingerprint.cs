using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>Identifies a folder by everything of it that gets into its layer: of each entry, in order, its name, whether it is a folder, a link, a
/// file or a program, where a link leads, its owner, and the SHA-256 of a file's content. Sizes and times are not looked at: a file counts as unchanged when
/// it was read again and is the same.</summary>
internal sealed class FolderFingerprint : IDisposable
{
    private const int BufferSize = 256 * 1024;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Reads every file, on all cores.</summary>
    public static Task<Digest> ComputeAsync(IReadOnlyList<LayerEntry> entries, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            var hashes = new byte[entries.Count][];
            var options = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
            Parallel.For(0, entries.Count, options, () => GC.AllocateUninitializedArray<byte>(BufferSize), HashOne, _ => { });
            using var fingerprint = new FolderFingerprint();
            for (var index = 0; index < entries.Count; index++)
                fingerprint.Add(entries[index], hashes[index]);
            return fingerprint.Complete();

            byte[] HashOne(int index, ParallelLoopState state, byte[] buffer)
            {
                var entry = entries[index];
                hashes[index] = entry.IsFolder || entry.LinkTarget is not null ? [] : FileReadAhead.Hash(entry.Source!.FullName, buffer);
                // Asks the disk, so that this too is done on all cores.
                _ = entry.IsProgram;
                return buffer;
            }
        },
        cancellationToken);

    /// <param name="contentHash">Empty for what has no content.</param>
    public void Add(LayerEntry entry, ReadOnlySpan<byte> contentHash)
    {
        AddText(entry.Name);
        AddText(entry.LinkTarget ?? "");
        AddText(entry.Owner?.ToString(CultureInfo.InvariantCulture) ?? "");
        _hash.AppendData([entry.IsFolder ? (byte)'d' : entry.LinkTarget is not null ? (byte)'l' : entry.IsProgram ? (byte)'x' : (byte)'f']);
        _hash.AppendData(contentHash);
    }

    public Digest Complete() => Digest.FromHash(_hash.GetHashAndReset());

    public void Dispose() => _hash.Dispose();

    private void AddText(string text)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        var bytes = Encoding.UTF8.GetBytes(text);
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        _hash.AppendData(length);
        _hash.AppendData(bytes);
    }
}
