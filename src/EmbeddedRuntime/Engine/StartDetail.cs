using System.Text.Json;

namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>What an execution is started with besides its name and input.</summary>
internal sealed record StartDetail(string Version, ParentLink? Parent = null, IReadOnlyDictionary<string, string>? Tags = null)
{
    public static StartDetail Parse(string? json) => json is null ? new StartDetail("") : JsonSerializer.Deserialize<StartDetail>(json)!;

    public string ToJson() => JsonSerializer.Serialize(this);
}

/// <summary>The call that a sub-orchestration answers to.</summary>
internal sealed record ParentLink(string Name, string InstanceId, long Execution, int TaskId);
