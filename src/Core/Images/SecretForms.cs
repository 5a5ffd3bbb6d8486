using System.Text;
using System.Text.Json;

namespace MultiAgentInfra.Core.Images;

/// <summary>The texts in which a secret value can appear: as it is, escaped for JSON or a URL, or inside a base64 text at any alignment.</summary>
internal static class SecretForms
{
    /// <summary>Shorter values would be found everywhere by chance.</summary>
    public const int ShortestValue = 6;

    public static IReadOnlyList<string> Of(string value)
    {
        if (value.Length < ShortestValue)
            return [];
        var forms = new HashSet<string>(StringComparer.Ordinal)
        {
            value,
            JsonEncodedText.Encode(value).ToString(),
            JsonEncodedText.Encode(value, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString(),
            Uri.EscapeDataString(value),
            System.Net.WebUtility.UrlEncode(value),
        };
        for (var alignment = 0; alignment < 3; alignment++)
        {
            var base64 = Base64At(alignment, Encoding.UTF8.GetBytes(value));
            if (base64.Length < ShortestValue)
                continue;
            forms.Add(base64);
            forms.Add(base64.Replace('+', '-').Replace('/', '_'));
        }

        return [.. forms];
    }

    /// <summary>The characters that do not depend on the bytes before and after the value, when its first byte is at this place modulo 3.</summary>
    private static string Base64At(int alignment, byte[] value)
    {
        var padded = new byte[alignment + value.Length];
        value.CopyTo(padded, alignment);
        var text = Convert.ToBase64String(padded);
        var start = alignment == 0 ? 0 : alignment + 1;
        var end = padded.Length * 8 / 6;
        return text[start..end];
    }
}
