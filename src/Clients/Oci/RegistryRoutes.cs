using System.Globalization;
using System.Text.RegularExpressions;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>Every address of a registry, and the scope of a token that it needs
/// (https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#endpoints, https://distribution.github.io/distribution/spec/auth/scope/).</summary>
internal sealed partial class RegistryRoutes(Uri origin, string prefix)
{
    // What registries that honour it give at most; others ignore it.
    private const int PageSize = 1000;

    public Uri Origin => origin;

    /// <summary>As it stands in an image's name: the host, and the port unless it is the scheme's own.</summary>
    public string Host => origin.Authority;

    /// <summary>https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#determining-support.</summary>
    public Uri Root => new(origin, "/v2/");

    /// <summary>https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md#calling-post-oauth2exchange-to-get-an-acr-refresh-token.</summary>
    public Uri AzureExchange => new(origin, "/oauth2/exchange");

    /// <summary>https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md#calling-post-oauth2token-to-get-an-acr-access-token.</summary>
    public Uri AzureToken => new(origin, "/oauth2/token");

    public static bool IsName(string text) => NameGrammar().IsMatch(text);

    public string NameOf(string repository)
    {
        var name = prefix.Length == 0 ? repository : $"{prefix}/{repository}";
        return IsName(name) ? name : throw new FormatException($"'{name}' cannot be the name of a repository.");
    }

    /// <summary>By tag or digest: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests,
    /// #pushing-manifests, #deleting-manifests.</summary>
    public Uri Manifest(string repository, string reference) => ReferenceGrammar().IsMatch(reference)
        ? In(repository, $"manifests/{reference}")
        : throw new FormatException($"'{reference}' can be neither a tag nor a digest.");

    /// <summary>https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-blobs.</summary>
    public Uri Blob(string repository, Digest digest) => In(repository, $"blobs/{digest}");

    /// <summary>https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#post-then-put.</summary>
    public Uri Uploads(string repository) => In(repository, "blobs/uploads/");

    /// <summary>https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#mounting-a-blob-from-another-repository.</summary>
    public Uri Mount(string repository, Digest digest, string from) =>
        In(repository, $"blobs/uploads/?mount={Uri.EscapeDataString(digest.Value)}&from={Uri.EscapeDataString(NameOf(from))}");

    /// <summary>https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-tags.</summary>
    public Uri Tags(string repository) => In(repository, string.Create(CultureInfo.InvariantCulture, $"tags/list?n={PageSize}"));

    /// <summary>https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers.</summary>
    public Uri Referrers(string repository, Digest subject) => In(repository, $"referrers/{subject}");

    /// <summary>https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#referrers-tag-schema.</summary>
    public static string FallbackTag(Digest subject) => $"sha256-{subject.Hex}";

    public string Pull(string repository) => $"repository:{NameOf(repository)}:pull";

    public string Push(string repository) => $"repository:{NameOf(repository)}:pull,push";

    public string Delete(string repository) => $"repository:{NameOf(repository)}:delete";

    /// <summary>The place of an upload with the digest that ends it; a location may hold a query of its own.</summary>
    public static Uri Finish(Uri location, Digest digest)
    {
        var separator = location.Query.Length == 0 ? '?' : '&';
        return new($"{location.AbsoluteUri}{separator}digest={Uri.EscapeDataString(digest.Value)}");
    }

    private Uri In(string repository, string rest) => new(origin, $"/v2/{NameOf(repository)}/{rest}");

    [GeneratedRegex(@"\A(?=.{1,255}\z)[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*\z")]
    private static partial Regex NameGrammar();

    [GeneratedRegex(@"\A([a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}|sha256:[0-9a-f]{64})\z")]
    private static partial Regex ReferenceGrammar();
}
