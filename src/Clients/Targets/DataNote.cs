using System.Text.Json;
using System.Text.Json.Serialization;

namespace MultiAgentInfra.Clients.Targets;

/// <summary>What is known of an agent's data. It is kept beside the data, and written before another version of ElizaOS may write to it.</summary>
/// <param name="Version">The version of ElizaOS that may have written last.</param>
/// <param name="OperationId">Which operation made it the last one; none for the first version.</param>
/// <param name="From">The version before.</param>
/// <param name="Snapshot">What has the data of before, or, after a restore, what the data is from.</param>
/// <param name="Missing">Why there is no snapshot.</param>
internal sealed record DataNote(string Version, Guid OperationId = default, string? From = null, string? Snapshot = null, string? Missing = null, bool IsRestored = false)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerOptions.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault };

    /// <returns>Null when it is none.</returns>
    public static DataNote? Read(string? json)
    {
        try
        {
            return json is null ? null : JsonSerializer.Deserialize<DataNote>(json, Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public string Write() => JsonSerializer.Serialize(this, Options);

    /// <summary>Whether the launch undoes what its own operation has done: only then is the data of before what is wanted, because nothing new is in it.</summary>
    public bool IsUndoneBy(AgentLaunch launch) => !IsRestored && OperationId == launch.OperationId && From == launch.ElizaVersion;

    /// <summary>What the operation has done about the data; null when it did nothing.</summary>
    public string? Tell(Guid operationId) => OperationId != operationId || VersionChange.Of(From, Version) is not { } change ? null
        : Snapshot is null ? change.WithoutSnapshot(Missing ?? "none was taken")
        : IsRestored ? change.Restored(Snapshot)
        : change.Taken(Snapshot);
}
