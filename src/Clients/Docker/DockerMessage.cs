using System.Text.Json;
using System.Text.Json.Serialization;

namespace MultiAgentInfra.Clients.Docker;

/// <summary>One object of the stream that a build, a push or a pull answers with.</summary>
internal sealed record DockerMessage
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    /// <summary>A piece of a build's output, wherever it was cut.</summary>
    public string? Stream { get; init; }

    public string? Status { get; init; }

    public string? Id { get; init; }

    /// <summary>Not null for a message that only moves a bar.</summary>
    public JsonElement? ProgressDetail { get; init; }

    public DockerFault? ErrorDetail { get; init; }

    /// <summary>The older form of <see cref="ErrorDetail"/>.</summary>
    public string? Error { get; init; }

    public JsonElement? Aux { get; init; }

    [JsonIgnore]
    public string? Failure => ErrorDetail?.Message is { Length: > 0 } message ? message : Error;

    /// <summary>What people want to read of a push or pull; null for a bar's.</summary>
    [JsonIgnore]
    public string? Line => Status is null || ProgressDetail is { ValueKind: JsonValueKind.Object } detail && detail.EnumerateObject().Any()
        ? null
        : Id is { Length: > 0 } ? $"{Id}: {Status}" : Status;

    /// <exception cref="InvalidDataException">The line is no such object.</exception>
    public static DockerMessage Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize<DockerMessage>(line, Options) ?? new();
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"The engine's stream holds a line that is not JSON: {exception.Message}", exception);
        }
    }

    /// <summary>A text of <see cref="Aux"/>, whichever way the engine writes its name.</summary>
    public string? AuxText(string name) => Aux is { ValueKind: JsonValueKind.Object } aux && aux.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
        ? value.GetString()
        : null;
}

/// <summary>Why a build, a push or a pull failed.</summary>
internal sealed record DockerFault(string? Message, int? Code);
