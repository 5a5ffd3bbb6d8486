using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace MultiAgentInfra.Core.Images;

/// <summary>A sha256 content digest in its canonical form <c>sha256:&lt;64 lower-case hex&gt;</c>
/// (https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md#digests).</summary>
[JsonConverter(typeof(DigestJsonConverter))]
public sealed partial record Digest
{
    private Digest(string value) => Value = value;

    /// <summary>The whole text, algorithm included.</summary>
    public string Value { get; }

    /// <summary>The 64 hexadecimal digits.</summary>
    public string Hex => Value["sha256:".Length..];

    /// <exception cref="FormatException">The text is no sha256 digest.</exception>
    public static Digest Parse(string text) =>
        TryParse(text, out var digest) ? digest : throw new FormatException($"'{text}' is not a sha256 digest.");

    public static bool TryParse(string? text, [NotNullWhen(true)] out Digest? digest)
    {
        digest = text is not null && Canonical().IsMatch(text) ? new Digest(text) : null;
        return digest is not null;
    }

    /// <summary>The digest of the content itself.</summary>
    public static Digest Of(ReadOnlySpan<byte> content) => FromHash(SHA256.HashData(content));

    /// <summary>The digest whose hash was computed elsewhere; 32 bytes.</summary>
    public static Digest FromHash(ReadOnlySpan<byte> hash) => new($"sha256:{Convert.ToHexStringLower(hash)}");

    public override string ToString() => Value;

    [GeneratedRegex(@"\Asha256:[0-9a-f]{64}\z")]
    private static partial Regex Canonical();

    private sealed class DigestJsonConverter : JsonConverter<Digest>
    {
        public override Digest? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            TryParse(reader.GetString(), out var digest) ? digest : throw new JsonException("Not a sha256 digest.");

        public override void Write(Utf8JsonWriter writer, Digest value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Value);
    }
}
