using System.Text.Json.Nodes;

namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>Runs today's orchestrator over a recorded history, with neither database nor activities.</summary>
public static class HistoryReplay
{
    /// <summary>Returns when the orchestrator asks for the recorded steps in their order and comes to the recorded end, or waits where it waited.</summary>
    /// <param name="services">What orchestrators get their loggers from.</param>
    /// <exception cref="NonDeterministicOrchestrationException">It does not; the message names the orchestrator, the expected and the actual.</exception>
    public static void Run(InstanceHistory history, DurableTaskRegistry registry, IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(history);
        if (history.Events.Count == 0)
            return;

        // The last turn is run as a new one, because only that says how it ends and what it asks for.
        var executor = new OrchestrationExecutor(history.InstanceId, registry, services, new DurableEngineOptions());
        var start = history.Events.Count - 1;
        while (history.Events[start].Kind != EventKind.TurnStarted)
            start--;
        var turn = history.Events.Skip(start).ToList();
        executor.Replay([.. history.Events.Take(start)]);
        var result = executor.RunTurn([.. turn.Where(recorded => !recorded.IsConfirmation && recorded.Kind != EventKind.ExecutionCompleted)]);

        if (result.Completion?.Failure is { } failure && failure.ErrorType == typeof(NonDeterministicOrchestrationException).FullName)
            throw new NonDeterministicOrchestrationException(failure.ErrorMessage);
        RequireSameEnd(history, result);
        RequireSameSteps(history, turn, result);
    }

    private static void RequireSameEnd(InstanceHistory history, TurnResult result)
    {
        var recorded = history.IsFinished ? new Completion(history.Status, history.Output, history.Failure) : null;
        if (!IsSame(recorded, result.Completion))
            throw NonDeterministicOrchestrationException.For(history.Orchestrator, Describe(recorded), Describe(result.Completion));
        if (recorded is null && history.Status == OrchestrationRuntimeStatus.Suspended != result.IsSuspended)
            throw NonDeterministicOrchestrationException.For(history.Orchestrator, $"the status {history.Status}", result.IsSuspended ? "a suspended one" : "none that is suspended");
    }

    private static void RequireSameSteps(InstanceHistory history, IEnumerable<HistoryEvent> turn, TurnResult result)
    {
        var asked = new ActionLog();
        foreach (var action in result.Actions)
            asked.Add(action);
        foreach (var recorded in turn.Where(recorded => recorded.IsConfirmation))
            asked.Confirm(recorded, history.Orchestrator);
        asked.RequireAllConfirmed(history.Orchestrator);
    }

    private static bool IsSame(Completion? recorded, Completion? actual) =>
        recorded?.Status == actual?.Status && IsSame(recorded?.Output, actual?.Output) && IsSame(recorded?.Failure, actual?.Failure);

    private static bool IsSame(TaskFailureDetails? recorded, TaskFailureDetails? actual) =>
        recorded?.ErrorType == actual?.ErrorType
        && recorded?.ErrorMessage == actual?.ErrorMessage
        && ((recorded?.InnerFailure is null && actual?.InnerFailure is null) || IsSame(recorded?.InnerFailure, actual?.InnerFailure));

    // Somebody may have formatted the file.
    private static bool IsSame(string? recorded, string? actual)
    {
        if (recorded == actual)
            return true;
        try
        {
            return recorded is not null && actual is not null && JsonNode.DeepEquals(JsonNode.Parse(recorded), JsonNode.Parse(actual));
        }
        catch (System.Text.Json.JsonException)
        {
            return false;
        }
    }

    private static string Describe(Completion? completion) => completion switch
    {
        null => "a wait",
        { Failure: { } failure } => $"the end as {completion.Status} with {failure}",
        _ => $"the end as {completion.Status} with {completion.Output ?? "nothing"}",
    };
}
