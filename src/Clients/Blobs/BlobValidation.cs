using System.Buffers.Text;
using System.Text;
using Microsoft.Extensions.Options;

namespace MultiAgentInfra.Clients.Blobs;

/// <summary>What no annotation can say of the options: an address that keeps credentials secret, and one source for the key.</summary>
public sealed class BlobValidation : IValidateOptions<BlobOptions>
{
    public ValidateOptionsResult Validate(string? name, BlobOptions options)
    {
        var failures = Failures(options).ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> Failures(BlobOptions options)
    {
        var hasKey = !string.IsNullOrEmpty(options.AccountKey);
        var hasFile = !string.IsNullOrEmpty(options.AccountKeyFile);
        var hasName = !string.IsNullOrEmpty(options.AccountName);
        if (!options.IsConfigured)
        {
            if (hasKey || hasFile || hasName)
                yield return "Artifacts:Container is missing: give it, such as https://ACCOUNT.blob.core.windows.net/CONTAINER, or leave the whole section Artifacts out.";
            yield break;
        }

        if (AddressProblem(options.Container!) is { } problem)
            yield return $"Artifacts:Container {problem}.";
        if (hasKey && hasFile)
            yield return "Artifacts:AccountKey and Artifacts:AccountKeyFile are both given; give one of them.";
        if ((hasKey || hasFile) != hasName)
            yield return "Artifacts:AccountName and a key go together: give Artifacts:AccountName and Artifacts:AccountKey (environment variable Artifacts__AccountKey) or Artifacts:AccountKeyFile, or none of them.";
        if (hasKey && !IsKey(options.AccountKey!))
            yield return "Artifacts:AccountKey is no key of a storage account, which is base64.";
        if (hasFile && FileProblem(options.AccountKeyFile!) is { } reason)
            yield return $"Artifacts:AccountKeyFile '{options.AccountKeyFile}' {reason}.";
    }

    // Never repeated in full: an address with a query is likely to hold a signature.
    private static string? AddressProblem(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https")
            || address.UserInfo.Length > 0 || address.Query.Length > 0 || address.Fragment.Length > 0 || address.AbsolutePath.Trim('/').Length == 0)
        {
            return "is no address of a container, such as https://ACCOUNT.blob.core.windows.net/CONTAINER, without a query";
        }

        return address.Scheme == "http" && !address.IsLoopback ? $"'{text}' would send artifacts and tokens in the clear; use https" : null;
    }

    private static string? FileProblem(string path) =>
        SecretFile.Problem(path) ?? (IsKey(SecretFile.Read(path)) ? null : "holds no key of a storage account, which is base64");

    private static bool IsKey(string text) => text.Length > 0 && Base64.IsValid(Encoding.UTF8.GetBytes(text));
}
