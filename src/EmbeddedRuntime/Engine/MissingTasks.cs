namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>The failures of tasks that nobody has registered, which no retry can mend.</summary>
internal static class MissingTasks
{
    private const string OrchestratorType = "OrchestratorTaskNotFound";
    private const string ActivityType = "ActivityTaskNotFound";

    public static TaskFailureDetails Orchestrator(string name, string version) => Missing(OrchestratorType, "orchestrator", name, version);

    public static TaskFailureDetails Activity(string name, string version) => Missing(ActivityType, "activity", name, version);

    public static bool IsMissing(TaskFailureDetails failure) => failure.ErrorType is OrchestratorType or ActivityType;

    private static TaskFailureDetails Missing(string type, string kind, string name, string version)
    {
        var versionText = version.Length > 0 ? $" with version '{version}'" : "";
        return new TaskFailureDetails(type, $"No {kind} task named '{name}'{versionText} was found.", null, null, null);
    }
}
