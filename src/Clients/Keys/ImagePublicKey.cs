using System.Security.Cryptography;

namespace MultiAgentInfra.Clients.Keys;

/// <summary>Checks signatures of images: ECDSA on the curve P-256 over SHA-256, the signature in DER
/// (https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md#signature-schemes).</summary>
public sealed class ImagePublicKey
{
    private const string P256 = "1.2.840.10045.3.1.7";

    private readonly Lock _turn = new();
    private readonly ECDsa _key;

    internal ImagePublicKey(ECParameters parameters)
    {
        _key = ECDsa.Create(parameters);
        Id = Convert.ToHexStringLower(SHA256.HashData(_key.ExportSubjectPublicKeyInfo()));
        Pem = _key.ExportSubjectPublicKeyInfoPem() + "\n";
    }

    /// <summary>The SHA-256, in lower-case hex, of the key in DER (SubjectPublicKeyInfo).</summary>
    public string Id { get; }

    /// <summary>As <c>openssl dgst -verify</c> and <c>cosign verify --key</c> read it.</summary>
    public string Pem { get; }

    /// <param name="source">Where the text is from, for the error; the text itself is in none.</param>
    /// <exception cref="InvalidOperationException">The text is no such key.</exception>
    public static ImagePublicKey FromPem(string pem, string source) => new(Read(pem, source, includePrivate: false));

    public bool Verify(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        lock (_turn)
            return _key.VerifyData(content, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    internal static ECParameters Read(string pem, string source, bool includePrivate)
    {
        try
        {
            using var key = ECDsa.Create();
            key.ImportFromPem(pem);
            var parameters = key.ExportParameters(includePrivate);
            if (parameters.Curve.Oid.Value == P256)
                return parameters;
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            // What the parser says may quote the key.
        }

        throw new InvalidOperationException($"{source} is no {(includePrivate ? "private" : "public")} key of ECDSA on P-256 in PEM.");
    }
}
