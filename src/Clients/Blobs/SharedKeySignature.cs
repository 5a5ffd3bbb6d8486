using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace MultiAgentInfra.Clients.Blobs;

/// <summary>Signs a request with a key of the storage account (https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key).</summary>
internal static class SharedKeySignature
{
    /// <summary>The base64 signature of a request that has all of its headers.</summary>
    public static string Of(HttpRequestMessage request, string account, byte[] key) =>
        Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(StringToSign(request, account))));

    public static string StringToSign(HttpRequestMessage request, string account)
    {
        var content = request.Content?.Headers;
        // Since version 2015-02-21 a length of zero is signed as nothing. The date is signed as x-ms-date.
        var length = content?.ContentLength is { } bytes and > 0 ? bytes.ToString(CultureInfo.InvariantCulture) : "";
        string[] lines =
        [
            request.Method.Method,
            string.Join(", ", content?.ContentEncoding ?? []),
            string.Join(", ", content?.ContentLanguage ?? []),
            length,
            content?.ContentMD5 is { } hash ? Convert.ToBase64String(hash) : "",
            content?.ContentType?.ToString() ?? "",
            "",
            Value(request, "If-Modified-Since"),
            Value(request, "If-Match"),
            Value(request, "If-None-Match"),
            Value(request, "If-Unmodified-Since"),
            Value(request, "Range"),
        ];
        return string.Join('\n', [.. lines, .. Headers(request), Resource(request.RequestUri!, account)]);
    }

    private static string Value(HttpRequestMessage request, string header) =>
        request.Headers.TryGetValues(header, out var values) ? string.Join(",", values) : "";

    private static IEnumerable<string> Headers(HttpRequestMessage request) => request.Headers
        .Select(header => (Name: header.Key.ToLowerInvariant(), Value: string.Join(",", header.Value).Trim()))
        .Where(header => header.Name.StartsWith("x-ms-", StringComparison.Ordinal))
        .OrderBy(header => header.Name, StringComparer.Ordinal)
        .Select(header => $"{header.Name}:{header.Value}");

    private static string Resource(Uri url, string account) => string.Concat(
        QueryHelpers.ParseQuery(url.Query)
            .Select(parameter => (Name: parameter.Key.ToLowerInvariant(), parameter.Value))
            .OrderBy(parameter => parameter.Name, StringComparer.Ordinal)
            .Select(parameter => $"\n{parameter.Name}:{string.Join(',', parameter.Value.Order(StringComparer.Ordinal))}")
            .Prepend($"/{account}{url.AbsolutePath}"));
}
