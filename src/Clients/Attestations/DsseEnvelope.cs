using System.Globalization;
using System.Text;
using MultiAgentInfra.Clients.Keys;
using MultiAgentInfra.Clients.Oci;

namespace MultiAgentInfra.Clients.Attestations;

/// <summary>A signed document (https://github.com/secure-systems-lab/dsse/blob/master/envelope.md).</summary>
internal sealed record DsseEnvelope(byte[] Payload, string PayloadType, IReadOnlyList<DsseSignature> Signatures)
{
    public static byte[] Sign(byte[] payload, string payloadType, ImageSigningKey key)
    {
        var signature = key.Sign(Encode(payload, payloadType));
        return OciJson.Write(new DsseEnvelope(payload, payloadType, [new(key.Public.Id, signature)]));
    }

    /// <summary>What the signature is made over (https://github.com/secure-systems-lab/dsse/blob/master/protocol.md#signature-definition).</summary>
    public static byte[] Encode(ReadOnlySpan<byte> payload, string payloadType)
    {
        var type = Encoding.UTF8.GetByteCount(payloadType);
        var head = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"DSSEv1 {type} {payloadType} {payload.Length} "));
        return [.. head, .. payload];
    }
}

/// <summary>One signature, in DER, and the id of the key that made it.</summary>
internal sealed record DsseSignature(string Keyid, byte[] Sig);
