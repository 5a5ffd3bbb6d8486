using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>Reads and writes the documents of an image; the same document always has the same bytes.</summary>
internal static class OciJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        PropertyNameCaseInsensitive = false,
        // No document gets into a web page, and media types hold a plus sign.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public static byte[] Write<T>(T document) => JsonSerializer.SerializeToUtf8Bytes(document, Options);

    /// <exception cref="InvalidDataException">The text is no such document.</exception>
    public static T Parse<T>(ReadOnlySpan<byte> json, string what)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Options) ?? throw new InvalidDataException($"{what} is empty.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{what} is not valid: {exception.Message}", exception);
        }
    }
}
