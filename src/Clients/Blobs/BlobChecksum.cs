using System.Security.Cryptography;

namespace MultiAgentInfra.Clients.Blobs;

/// <summary>The MD5 by which the service notices damage on the way
/// (https://learn.microsoft.com/rest/api/storageservices/put-blob#request-headers-all-blob-types).</summary>
internal static class BlobChecksum
{
    // Not against an attacker, which is what TLS is for; and the service knows no better one that .NET has too.
#pragma warning disable CA5351
    public static byte[] Of(ReadOnlySpan<byte> content) => MD5.HashData(content);

    public static IncrementalHash Begin() => IncrementalHash.CreateHash(HashAlgorithmName.MD5);
#pragma warning restore CA5351
}
