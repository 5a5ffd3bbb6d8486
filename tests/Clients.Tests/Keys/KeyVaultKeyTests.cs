using System.Collections.Concurrent;
using System.Diagnostics.Tracing;
using System.Net;
using Azure.Core;
using Azure.Core.Diagnostics;
using Azure.Identity;
using MultiAgentInfra.Clients.Keys;

namespace MultiAgentInfra.Clients.Tests.Keys;

public sealed class KeyVaultKeyTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("key-vault-").FullName;
    private readonly FakeKeyVault _vault = new();

    private string KeyPath => Path.Combine(_folder, "image-signing.key");

    public void Dispose()
    {
        _vault.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void The_key_comes_from_the_vault_and_no_file_and_no_log_holds_it()
    {
        var logged = new ConcurrentQueue<string>();
        using var listener = new AzureEventSourceListener((data, text) => logged.Enqueue(text), EventLevel.LogAlways);
        var pem = _vault.Secrets["image-key"] = FakeKeyVault.NewPem();

        var keys = ImageKeys.Open(new(), KeyPath, Vault(new FakeKeyVault.Credential()));

        Assert.Equal(ImageSigningKey.FromPem(pem, "").Public.Id, keys.Signing.Public.Id);
        Assert.Equal(1, _vault.Challenges);
        Assert.Empty(_vault.Unknown);
        Assert.Equal(["image-signing.pub"], Directory.GetFiles(_folder).Select(Path.GetFileName));
        Assert.NotEmpty(logged);
        AssertNotIn(pem, string.Join('\n', logged) + File.ReadAllText(Path.ChangeExtension(KeyPath, ".pub")));
    }

    [Fact]
    public void A_secret_that_is_no_key_is_not_shown()
    {
        _vault.Secrets["image-key"] = "canary-4711";

        var exception = Assert.Throws<InvalidOperationException>(() => ImageKeys.Open(new(), KeyPath, Vault(new FakeKeyVault.Credential())));

        Assert.Equal($"The secret image-key of Key Vault {_vault.Address} is no private key of ECDSA on P-256 in PEM.", exception.Message);
        Assert.DoesNotContain("canary", exception.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "404 SecretNotFound")]
    [InlineData(HttpStatusCode.Forbidden, "403 Forbidden")]
    public void What_the_vault_refuses_is_said(HttpStatusCode? failure, string reason)
    {
        _vault.Failure = failure;

        var exception = Assert.Throws<InvalidOperationException>(() => Vault(new FakeKeyVault.Credential()).ReadPem());

        Assert.Equal($"The secret image-key of Key Vault {_vault.Address} cannot be read: {reason}", exception.Message);
        Assert.DoesNotContain(FakeKeyVault.Token, exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_machine_that_is_not_signed_in_to_Azure_is_told_so()
    {
        var credential = new FakeKeyVault.Credential(new CredentialUnavailableException("No managed identity was found.\nTry this and that."));

        var exception = Assert.Throws<InvalidOperationException>(() => Vault(credential).ReadPem());

        Assert.Equal(
            $"The secret image-key of Key Vault {_vault.Address} cannot be read without a sign-in to Azure: No managed identity was found.",
            exception.Message);
    }

    private KeyVaultKey Vault(TokenCredential credential) => new(_vault.Address, "image-key", credential, _vault.Transport);

    // Any of its lines would do.
    private static void AssertNotIn(string pem, string text)
    {
        foreach (var line in pem.Split('\n').Where(line => line.Length > 20 && !line.StartsWith('-')))
            Assert.DoesNotContain(line, text, StringComparison.Ordinal);
    }
}
