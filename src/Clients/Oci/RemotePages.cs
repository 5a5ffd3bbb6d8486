using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>Lists that a registry gives in pages, each with a link to the next
/// (https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-tags).</summary>
internal sealed partial class RemotePages(RegistryTransport transport)
{
    private const int MostPages = 10_000;

    // A registry that pays no heed to the size of a page gives all of them at once.
    private const int MaxPageBytes = 32 * 1024 * 1024;

    /// <summary>The bodies; none when the first is not there.</summary>
    public async IAsyncEnumerable<byte[]> ReadAsync(Uri first, string scope, string accept, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seen = new HashSet<Uri>();
        for (var page = first; page is not null && seen.Add(page) && seen.Count <= MostPages;)
        {
            var request = new RegistryRequest(HttpMethod.Get, page, scope) { Accept = accept, Answers = [HttpStatusCode.OK, HttpStatusCode.NotFound] };
            var (body, next) = await transport.SendAsync<(byte[]?, Uri?)>(
                request,
                async response => response.StatusCode == HttpStatusCode.NotFound
                    ? (null, null)
                    : (await transport.Connection.ReadAsync(response, MaxPageBytes, cancellationToken), Next(page, response.Headers)),
                cancellationToken);
            if (body is not null)
                yield return body;
            page = next;
        }
    }

    // https://www.rfc-editor.org/rfc/rfc8288#section-3. A page that another host has is none of this registry's.
    private Uri? Next(Uri page, HttpResponseHeaders headers)
    {
        if (!headers.TryGetValues("Link", out var links) || NextLink().Match(string.Join(',', links)) is not { Success: true } match)
            return null;
        var next = new Uri(page, match.Groups[1].Value);
        return transport.Connection.IsOrigin(next)
            ? next
            : throw RegistryConnection.Failure(HttpMethod.Get, page, HttpStatusCode.OK, $"the next page is on another host, {next.Authority}");
    }

    [GeneratedRegex("<([^<>]*)>[^<>]*;\\s*rel=\"?next\"?(?![a-z])")]
    private static partial Regex NextLink();
}
