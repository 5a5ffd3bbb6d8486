using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>Finds everything that is wrong with the settings of a registry at once, so that a start fails once.</summary>
public sealed class RegistryValidation : IValidateOptions<RegistryOptions>
{
    public ValidateOptionsResult Validate(string? name, RegistryOptions options)
    {
        var failures = AddressFailures(options)
            .Concat(AccountFailures("", options.Username, options.Password, options.PasswordFile))
            .Concat(AccountFailures("Pull", options.PullUsername, options.PullPassword, options.PullPasswordFile))
            .Concat(AuthorityFailures(options.CertificateAuthorityFile))
            .ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> AddressFailures(RegistryOptions options)
    {
        if (string.IsNullOrEmpty(options.Address))
            yield return "Registry:Address is missing; give HOST[:PORT], or https://HOST[:PORT].";
        else if (RegistryAddress.TryParse(options.Address) is not { } address)
            yield return "Registry:Address is neither HOST[:PORT] nor an URL of nothing but http or https, a host and a port; accounts and prefixes have settings of their own.";
        else if (address.Scheme == Uri.UriSchemeHttp && !address.IsLoopback && !options.AllowPlainHttp)
            yield return $"Registry:Address '{options.Address}' sends credentials and images in the clear; use https, or permit that with Registry:AllowPlainHttp.";
        if (options.Prefix.Length > 0 && !RegistryRoutes.IsName(options.Prefix))
            yield return $"Registry:Prefix '{options.Prefix}' cannot begin the name of a repository; give lower-case words such as team/bots.";
    }

    private static IEnumerable<string> AccountFailures(string kind, string? username, string? password, string? file)
    {
        var (hasPassword, hasFile) = (!string.IsNullOrEmpty(password), !string.IsNullOrEmpty(file));
        if (hasPassword && hasFile)
            yield return $"Registry:{kind}Password and Registry:{kind}PasswordFile are both given; give one of them.";
        if (string.IsNullOrEmpty(username) && (hasPassword || hasFile))
            yield return $"Registry:{kind}Username is missing beside the password.";
        if (!string.IsNullOrEmpty(username) && !hasPassword && !hasFile)
            yield return $"Registry:{kind}Password (environment variable Registry__{kind}Password) or Registry:{kind}PasswordFile is missing beside the user name.";
        if (username?.Contains(':', StringComparison.Ordinal) is true)
            yield return $"Registry:{kind}Username holds a colon, which basic authentication cannot carry.";
        if (hasFile && PasswordFileProblem(file!) is { } problem)
            yield return $"Registry:{kind}PasswordFile '{file}' {problem}.";
    }

    private static string? PasswordFileProblem(string path)
    {
        if (!File.Exists(path))
            return "does not exist";
        if (!PrivateFiles.IsOwnerOnly(path))
            return "can be read by others; set its mode to 600";
        return string.IsNullOrWhiteSpace(File.ReadAllText(path)) ? "is empty" : null;
    }

    private static IEnumerable<string> AuthorityFailures(string? path)
    {
        if (string.IsNullOrEmpty(path))
            yield break;
        if (!File.Exists(path))
            yield return $"Registry:CertificateAuthorityFile '{path}' does not exist.";
        else if (!HasCertificate(path))
            yield return $"Registry:CertificateAuthorityFile '{path}' holds no certificate in PEM.";
    }

    private static bool HasCertificate(string path)
    {
        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPemFile(path);
            return certificates.Count > 0;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
