using System.Formats.Tar;
using System.Text.Json;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Docker;

/// <summary>A file of secrets in a volume, which the engine shows to nobody who looks at a container.</summary>
/// <param name="Folder">Where the volume is seen in a container.</param>
/// <param name="Image">One that the engine has, for the container by which the file gets in; nothing of it is run.</param>
internal sealed record VolumeFile(string Volume, string Folder, string Name, string Image, IReadOnlyDictionary<string, string> Labels)
{
    /// <summary>As a tar, readable for the agent alone.</summary>
    public byte[] Pack(IReadOnlyDictionary<string, string> values)
    {
        using var packed = new MemoryStream();
        using (var tar = new TarWriter(packed, TarEntryFormat.Ustar, leaveOpen: true))
        {
            using var content = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(values));
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, Name)
            {
                Mode = UnixFileMode.UserRead,
                Uid = RuntimeSettings.UserId,
                Gid = RuntimeSettings.UserId,
                ModificationTime = DateTimeOffset.UnixEpoch,
                DataStream = content,
            });
        }

        return packed.ToArray();
    }
}
