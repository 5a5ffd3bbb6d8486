using System.Text.Json;

namespace MultiAgentInfra.EmbeddedRuntime.Engine;

internal static class FailureText
{
    public static string ToJson(TaskFailureDetails failure) => JsonSerializer.Serialize(failure);

    public static TaskFailureDetails Parse(string? json) => JsonSerializer.Deserialize<TaskFailureDetails>(json!)!;
}
