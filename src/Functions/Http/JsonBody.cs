using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using MultiAgentInfra.Core;

namespace MultiAgentInfra.Functions.Http;

/// <summary>The body of a request as JSON, read once and with a size limit.</summary>
public static class JsonBody
{
    public const int MostBytes = 1024 * 1024;

    /// <exception cref="ProblemException">Wrong content type, or too large.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!IsJson(request.ContentType))
            throw new ProblemException(Problems.UnsupportedMediaType());
        if (request.ContentLength > MostBytes)
            throw new ProblemException(Problems.TooLarge());

        using var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(chunk, cancellationToken)) > 0)
        {
            if (buffer.Length + read > MostBytes)
                throw new ProblemException(Problems.TooLarge());
            buffer.Write(chunk, 0, read);
        }

        return buffer.ToArray();
    }

    /// <summary>Parses the body; a property that is given twice becomes a field error, and the last one counts.</summary>
    /// <exception cref="ProblemException">The body is no JSON.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> body, List<FieldError> errors)
    {
        errors.AddRange(JsonText.FindDuplicates(body.Span));
        return JsonDocument.Parse(body);
    }

    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || type.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase));
}
