using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MultiAgentInfra.EmbeddedRuntime.Engine;

internal static class DeterministicGuid
{
    private const int Version8 = 0x80;
    private const int Rfc9562Variant = 0x80;

    /// <summary>The same id for the same instance, clock and count, in the layout of RFC 9562 version 8.</summary>
    public static Guid Create(string instanceId, DateTime now, int count)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{instanceId}_{now.Ticks}_{count}");
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16);
        bytes[6] = (byte)((bytes[6] & 0x0F) | Version8);
        bytes[8] = (byte)((bytes[8] & 0x3F) | Rfc9562Variant);
        return new Guid(bytes, bigEndian: true);
    }
}
