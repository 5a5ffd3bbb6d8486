using System.Security.Cryptography;
using System.Text;
using MultiAgentInfra.Clients.Keys;

namespace MultiAgentInfra.Clients.Tests.Keys;

public sealed class ImageKeysTests : IDisposable
{
    private static readonly byte[] Content = "what is signed"u8.ToArray();

    private readonly string _folder = Directory.CreateTempSubdirectory("image-keys-").FullName;

    private string KeyPath => Path.Combine(_folder, "image-signing.key");

    private string PublicPath => Path.Combine(_folder, "image-signing.pub");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_first_start_makes_a_private_key_that_later_ones_find_and_writes_the_public_one_beside_it()
    {
        var first = ImageKeys.Open(new(), KeyPath, vault: null);
        var second = ImageKeys.Open(new(), KeyPath, vault: null);

        Assert.Equal(first.Signing.Public.Id, second.Signing.Public.Id);
        Assert.Equal(first.Signing.Public.Pem, File.ReadAllText(PublicPath));
        Assert.StartsWith("-----BEGIN PUBLIC KEY-----\n", first.Signing.Public.Pem, StringComparison.Ordinal);
        Assert.True(second.Verify(Content, first.Signing.Sign(Content)));
        Assert.Equal(["image-signing.key", "image-signing.pub"], Directory.GetFiles(_folder).Select(Path.GetFileName).Order());
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyPath));
    }

    [Fact]
    public void A_signature_counts_only_for_its_content_and_its_key()
    {
        var keys = ImageKeys.Open(new(), KeyPath, vault: null);
        var stranger = ImageSigningKey.LoadOrCreate(Path.Combine(_folder, "stranger.key"));

        Assert.False(keys.Verify(Content, stranger.Sign(Content)));
        Assert.False(keys.Verify([.. Content, 0], keys.Signing.Sign(Content)));
        Assert.False(keys.Verify(Content, []));
        Assert.False(keys.Verify(Content, "no signature"u8));
    }

    [Fact]
    public void A_key_that_was_used_before_is_still_trusted_when_it_is_named()
    {
        var before = ImageKeys.Open(new(), KeyPath, vault: null);
        File.Move(PublicPath, Path.Combine(_folder, "before.pub"));
        File.Delete(KeyPath);

        var after = ImageKeys.Open(new() { TrustedKeyFiles = [Path.Combine(_folder, "before.pub")] }, KeyPath, vault: null);

        Assert.NotEqual(before.Signing.Public.Id, after.Signing.Public.Id);
        Assert.Equal([after.Signing.Public.Id, before.Signing.Public.Id], after.Trusted.Select(key => key.Id));
        Assert.True(after.Verify(Content, before.Signing.Sign(Content)));
        Assert.False(before.Verify(Content, after.Signing.Sign(Content)));
    }

    [Fact]
    public void A_key_of_another_kind_is_refused_and_its_text_is_not_shown()
    {
        using var rsa = RSA.Create(2048);
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        string[] texts = [rsa.ExportPkcs8PrivateKeyPem(), p384.ExportECPrivateKeyPem(), "canary-4711", "", ImageKeys.Open(new(), KeyPath + "2", null).Signing.Public.Pem];

        foreach (var text in texts)
        {
            var exception = Assert.Throws<InvalidOperationException>(() => ImageSigningKey.FromPem(text, "The key"));
            Assert.Equal("The key is no private key of ECDSA on P-256 in PEM.", exception.Message);
            Assert.DoesNotContain("canary", exception.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Both_forms_of_a_private_key_are_read()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        var (pkcs8, sec1) = (ImageSigningKey.FromPem(key.ExportPkcs8PrivateKeyPem(), "The key"), ImageSigningKey.FromPem(key.ExportECPrivateKeyPem(), "The key"));

        Assert.Equal(pkcs8.Public.Id, sec1.Public.Id);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo())), sec1.Public.Id);
    }

    [Fact]
    public void A_key_file_that_others_may_read_is_refused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no Unix modes.");
        ImageKeys.Open(new(), KeyPath, vault: null);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(KeyPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        var exception = Assert.Throws<InvalidOperationException>(() => ImageKeys.Open(new(), KeyPath, vault: null));

        Assert.Equal($"The key file {KeyPath} can be read by others. Run: chmod 600 {KeyPath}", exception.Message);
    }

    [Fact]
    public void Everything_that_is_wrong_with_the_options_is_said_at_once()
    {
        File.WriteAllText(PublicPath, Encoding.UTF8.GetString(Content));

        var result = new ImageSigningValidation().Validate(null, new()
        {
            KeyVaultUri = new("http://vault.example"),
            SecretName = "no_name",
            TrustedKeyFiles = [PublicPath, Path.Combine(_folder, "missing.pub")],
        });

        Assert.Equal(
            [
                "Signing:KeyVaultUri 'http://vault.example/' is no https address such as https://NAME.vault.azure.net.",
                "Signing:SecretName 'no_name' is no name of a secret: up to 127 letters, digits and dashes.",
                $"Signing:TrustedKeyFiles: '{PublicPath}' is no public key of ECDSA on P-256 in PEM.",
                $"Signing:TrustedKeyFiles: Could not find file '{Path.Combine(_folder, "missing.pub")}'.",
            ],
            result.Failures);
        Assert.Equal(
            ["Signing:KeyVaultUri and Signing:SecretName go together: give both, or none."],
            new ImageSigningValidation().Validate(null, new() { SecretName = "image-key" }).Failures);
        Assert.True(new ImageSigningValidation().Validate(null, new()).Succeeded);
        Assert.True(new ImageSigningValidation().Validate(null, new() { KeyVaultUri = new("https://vault.example"), SecretName = "image-key" }).Succeeded);
    }
}
