using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace MultiAgentInfra.Functions.Http;

/// <summary>The <c>Idempotency-Key</c> header: its form, which keys are in flight, and what a request's fingerprint is.</summary>
public sealed class IdempotencyKeys(byte[] fingerprintKey)
{
    public const int LongestKey = 255;
    private const string Header = "Idempotency-Key";

    private readonly ConcurrentDictionary<(Guid Organization, string Key), byte> _inFlight = new();

    /// <returns>The key, or null when the request has none.</returns>
    /// <exception cref="ProblemException">The header is given twice, or is no key.</exception>
    public static string? Read(HttpRequest request)
    {
        var values = request.Headers[Header];
        if (values.Count == 0)
            return null;
        return values is [{ Length: > 0 and <= LongestKey } key] && key.All(c => c is > ' ' and <= '~')
            ? key
            : throw new ProblemException(Problems.InvalidParameter(Header, $"must be given once, as 1 to {LongestKey} visible ASCII characters"));
    }

    /// <summary>Holds the key until the result is disposed.</summary>
    /// <exception cref="ProblemException">Another request holds it.</exception>
    public IDisposable Enter(Guid organization, string? key)
    {
        if (key is not null && !_inFlight.TryAdd((organization, key), 0))
            throw new ProblemException(Problems.InFlight());
        return new Flight(this, organization, key);
    }

    /// <summary>A keyed hash: the body holds secrets, and a plain hash of a short one could be guessed from the database.</summary>
    public byte[] Fingerprint(HttpRequest request, JsonElement body)
    {
        var canonical = new ArrayBufferWriter<byte>();
        canonical.Write(Encoding.UTF8.GetBytes($"{request.Method}\n{request.Path}\n"));
        using (var writer = new Utf8JsonWriter(canonical))
            WriteSorted(writer, body);
        return HMACSHA256.HashData(fingerprintKey, canonical.WrittenSpan);
    }

    private static void WriteSorted(Utf8JsonWriter writer, JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in json.EnumerateObject().OrderBy(property => property.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(property.Name);
                    WriteSorted(writer, property.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in json.EnumerateArray())
                    WriteSorted(writer, item);
                writer.WriteEndArray();
                break;
            default:
                json.WriteTo(writer);
                break;
        }
    }

    private sealed class Flight(IdempotencyKeys keys, Guid organization, string? key) : IDisposable
    {
        public void Dispose()
        {
            if (key is not null)
                keys._inFlight.TryRemove((organization, key), out _);
        }
    }
}
