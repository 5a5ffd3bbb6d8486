using System.Security.Cryptography;

namespace MultiAgentInfra.Clients.Keys;

/// <summary>Signs images and what is said of them: ECDSA on the curve P-256 over SHA-256, the signature in DER.</summary>
public sealed class ImageSigningKey
{
    private readonly Lock _turn = new();
    private readonly ECDsa _key;

    private ImageSigningKey(ECParameters parameters)
    {
        _key = ECDsa.Create(parameters);
        Public = new(parameters with { D = null });
    }

    public ImagePublicKey Public { get; }

    /// <param name="source">Where the text is from, for the error; the text itself is in none.</param>
    /// <exception cref="InvalidOperationException">The text is no such key.</exception>
    public static ImageSigningKey FromPem(string pem, string source) => new(ImagePublicKey.Read(pem, source, includePrivate: true));

    /// <summary>Reads the key of a file of mode 600, or makes both when the file is not there.</summary>
    /// <exception cref="InvalidOperationException">Others may read the file, or it holds no such key.</exception>
    public static ImageSigningKey LoadOrCreate(string path) => FromPem(KeyFile.LoadOrCreate(path, NewPem), $"The key file {path}");

    /// <summary>Signs the content anew: the same content has another signature each time.</summary>
    public byte[] Sign(ReadOnlySpan<byte> content)
    {
        lock (_turn)
            return _key.SignData(content, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    private static string NewPem()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportPkcs8PrivateKeyPem() + "\n";
    }
}
