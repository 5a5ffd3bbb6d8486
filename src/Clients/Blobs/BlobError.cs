using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace MultiAgentInfra.Clients.Blobs;

/// <summary>What the service says when it refuses (https://learn.microsoft.com/rest/api/storageservices/status-and-error-codes2).</summary>
internal static class BlobError
{
    private const int MostBytes = 16 * 1024;

    /// <summary>The code alone, which is a header too.</summary>
    public static string? CodeOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues("x-ms-error-code", out var values) ? values.First() : null;

    public static async Task<ApiException> ReadAsync(HttpRequestMessage request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        var bytes = new byte[MostBytes];
        var length = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        var text = Encoding.UTF8.GetString(bytes, 0, length).TrimStart('\uFEFF');
        return new ApiException(request.Method, request.RequestUri!, response.StatusCode, Parse(text) ?? CodeOf(response) ?? text);
    }

    // Code and message only: the other elements may repeat what was signed.
    private static string? Parse(string text)
    {
        try
        {
            using var reader = XmlReader.Create(new StringReader(text), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
            return XDocument.Load(reader).Root is { } error ? $"{error.Element("Code")?.Value}: {error.Element("Message")?.Value}" : null;
        }
        catch (XmlException)
        {
            return null;
        }
    }
}
