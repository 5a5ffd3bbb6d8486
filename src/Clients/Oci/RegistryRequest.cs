using System.Net;
using System.Net.Http.Headers;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>One call of a registry, which can be sent more than once.</summary>
internal sealed record RegistryRequest(HttpMethod Method, Uri Url, params string[] Scopes)
{
    /// <summary>Makes the body anew for every time it is sent.</summary>
    public Func<HttpContent>? Body { get; init; }

    public string? Accept { get; init; }

    /// <summary>Asks for the rest of a blob from this byte on.</summary>
    public long From { get; init; }

    /// <summary>The answers that the caller understands; every other one is an <see cref="ApiException"/>.</summary>
    public required HttpStatusCode[] Answers { get; init; }

    public HttpRequestMessage ToMessage(Uri url)
    {
        var message = new HttpRequestMessage(Method, url) { Content = Body?.Invoke() };
        if (Accept is not null)
            message.Headers.Add("Accept", Accept);
        if (From > 0)
            message.Headers.Range = new RangeHeaderValue(From, null);
        return message;
    }
}
