namespace MultiAgentInfra.Clients.Keys;

/// <summary>The key that signs images, and those that a signature may be of for the image to be deployed; the first of them is the signing key's own.</summary>
public sealed record ImageKeys(ImageSigningKey Signing, IReadOnlyList<ImagePublicKey> Trusted)
{
    /// <summary>Takes the signing key from Key Vault where one is given, else from the file, which is made when it is not there. The public
    /// key is written beside it, as <c>.pub</c> in PEM.</summary>
    /// <exception cref="InvalidOperationException">A key cannot be had, or is none of ECDSA on P-256.</exception>
    public static ImageKeys Open(ImageSigningOptions options, string keyPath, KeyVaultKey? vault)
    {
        var signing = vault is null ? ImageSigningKey.LoadOrCreate(keyPath) : ImageSigningKey.FromPem(vault.ReadPem(), vault.Name);
        File.WriteAllText(Path.ChangeExtension(keyPath, ".pub"), signing.Public.Pem);
        var further = options.TrustedKeyFiles.Select(path => ImagePublicKey.FromPem(File.ReadAllText(path), $"The trusted key {path}"));
        return new(signing, [signing.Public, .. further]);
    }

    /// <summary>Whether one of the trusted keys made the signature.</summary>
    public bool Verify(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        foreach (var key in Trusted)
        {
            if (key.Verify(content, signature))
                return true;
        }

        return false;
    }
}
