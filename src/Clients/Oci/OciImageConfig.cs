using System.Text.Json;
using System.Text.Json.Serialization;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>An image's configuration (https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md). What a base image
/// says beyond these fields is carried along unread.</summary>
public sealed record OciImageConfig(string Architecture, string Os, RootFs Rootfs)
{
    public DateTimeOffset? Created { get; init; }
    public ContainerConfig? Config { get; init; }
    public IReadOnlyList<LayerHistory>? History { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; init; }
}

/// <summary>The digests of the uncompressed layers, lowest first.</summary>
public sealed record RootFs(string Type, [property: JsonPropertyName("diff_ids")] IReadOnlyList<Digest> DiffIds);

/// <summary>How a layer came to be; an imported one does not say.</summary>
public sealed record LayerHistory([property: JsonPropertyName("created_by")] string? CreatedBy = null)
{
    public DateTimeOffset? Created { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; init; }
}

/// <summary>The defaults of a container that is made from the image; its names begin with capitals by the specification.</summary>
public sealed record ContainerConfig
{
    [JsonPropertyName("User")]
    public string? User { get; init; }

    [JsonPropertyName("Env")]
    public IReadOnlyList<string>? Env { get; init; }

    [JsonPropertyName("Cmd")]
    public IReadOnlyList<string>? Cmd { get; init; }

    [JsonPropertyName("WorkingDir")]
    public string? WorkingDir { get; init; }

    [JsonPropertyName("ExposedPorts")]
    public IReadOnlyDictionary<string, EmptyObject>? ExposedPorts { get; init; }

    [JsonPropertyName("StopSignal")]
    public string? StopSignal { get; init; }

    /// <summary>Docker's addition to the specification.</summary>
    [JsonPropertyName("Healthcheck")]
    public ContainerHealthcheck? Healthcheck { get; init; }

    [JsonPropertyName("Labels")]
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; init; }
}

/// <summary>The value of a set that is written as an object, such as <c>{"3000/tcp":{}}</c>.</summary>
public sealed record EmptyObject;

/// <summary>How Docker asks a container whether it is well (https://docs.docker.com/reference/api/engine/); times are nanoseconds.</summary>
/// <param name="Test"><c>CMD</c> and a command, or <c>CMD-SHELL</c> and a line for the shell.</param>
public sealed record ContainerHealthcheck([property: JsonPropertyName("Test")] IReadOnlyList<string>? Test)
{
    [JsonPropertyName("Interval")]
    public long? Interval { get; init; }

    [JsonPropertyName("Timeout")]
    public long? Timeout { get; init; }

    [JsonPropertyName("StartPeriod")]
    public long? StartPeriod { get; init; }

    [JsonPropertyName("Retries")]
    public int? Retries { get; init; }
}
