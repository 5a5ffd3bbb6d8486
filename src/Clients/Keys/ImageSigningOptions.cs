using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace MultiAgentInfra.Clients.Keys;

/// <summary>Which key signs images. Without a Key Vault it is a file that the first start makes.</summary>
public sealed record ImageSigningOptions
{
    public const string Section = "Signing";

    /// <summary>Such as <c>https://NAME.vault.azure.net</c>; read with the credentials of the environment, such as a managed identity.</summary>
    public Uri? KeyVaultUri { get; init; }

    /// <summary>The secret that holds the private key: ECDSA on P-256, in PEM.</summary>
    public string? SecretName { get; init; }

    /// <summary>Files of further public keys (PEM) whose signatures are accepted, such as that of the key that was used before.</summary>
    public IReadOnlyList<string> TrustedKeyFiles { get; init; } = [];
}

/// <summary>Says everything that is wrong with the options at once.</summary>
public sealed partial class ImageSigningValidation : IValidateOptions<ImageSigningOptions>
{
    public ValidateOptionsResult Validate(string? name, ImageSigningOptions options)
    {
        var failures = Failures(options).ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> Failures(ImageSigningOptions options)
    {
        if (options.KeyVaultUri is null != string.IsNullOrEmpty(options.SecretName))
            yield return "Signing:KeyVaultUri and Signing:SecretName go together: give both, or none.";
        if (options.KeyVaultUri is { } vault && (!vault.IsAbsoluteUri || vault.Scheme != Uri.UriSchemeHttps))
            yield return $"Signing:KeyVaultUri '{vault}' is no https address such as https://NAME.vault.azure.net.";
        if (!string.IsNullOrEmpty(options.SecretName) && !SecretName().IsMatch(options.SecretName))
            yield return $"Signing:SecretName '{options.SecretName}' is no name of a secret: up to 127 letters, digits and dashes.";
        foreach (var path in options.TrustedKeyFiles)
        {
            if (Problem(path) is { } problem)
                yield return $"Signing:TrustedKeyFiles: {problem}";
        }
    }

    private static string? Problem(string path)
    {
        try
        {
            ImagePublicKey.FromPem(File.ReadAllText(path), $"'{path}'");
            return null;
        }
        catch (Exception exception) when (exception is InvalidOperationException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            return exception.Message;
        }
    }

    // https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#objects-identifiers-and-versioning
    [GeneratedRegex(@"\A[0-9A-Za-z-]{1,127}\z")]
    private static partial Regex SecretName();
}
