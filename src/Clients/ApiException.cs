using System.Net;

namespace MultiAgentInfra.Clients;

/// <summary>An outside system refused a call, or answered what cannot be understood: which call, which status, and its own words.</summary>
/// <param name="method">The call's HTTP method.</param>
/// <param name="url">The call's address; query strings that carry credentials must not get here.</param>
/// <param name="status">Null when no answer came.</param>
/// <param name="words">The server's own words, shortened, or the reason why none came.</param>
public sealed class ApiException(HttpMethod method, Uri url, HttpStatusCode? status, string words, Exception? innerException = null)
    : Exception(Describe(method, url, status, words), innerException)
{
    private const int WordsLimit = 1000;

    public HttpMethod Method => method;

    public Uri Url => url;

    public HttpStatusCode? Status => status;

    /// <summary>The server's own words, or why there are none.</summary>
    public string Words => words;

    /// <summary>The server's own word for what is wrong, where its API has such words, as Kubernetes does.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether the call may have been done all the same: no answer came, or one that says nothing about it.</summary>
    public bool IsUnknown => status is null or >= HttpStatusCode.InternalServerError;

    /// <summary>Whether the call may still be under way: it was sent, and nobody who knows has answered.</summary>
    public bool MayGoOn => status is HttpStatusCode.GatewayTimeout || (status is null && InnerException is not HttpRequestException
    {
        HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
    });

    private static string Describe(HttpMethod method, Uri url, HttpStatusCode? status, string words)
    {
        var trimmed = words.Trim();
        var shortened = trimmed.Length > WordsLimit ? trimmed[..WordsLimit] + "…" : trimmed;
        return status is { } code
            ? $"{method} {url} answered {(int)code} {code}: {shortened}"
            : $"{method} {url} was not answered: {shortened}";
    }
}
