namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>The order that every recorded history has: turns of incoming events and then the steps that they set off, and at most one start and end.</summary>
internal static class TurnOrder
{
    /// <exception cref="FormatException">The history has another order; the message names the event.</exception>
    public static void Require(InstanceHistory history, string source)
    {
        var clock = DateTime.MinValue;
        var hasSteps = true;
        for (var index = 0; index < history.Events.Count; index++)
        {
            var recorded = history.Events[index];
            if (recorded.Kind == EventKind.TurnStarted)
            {
                Require(recorded.Time >= clock, "turns the clock back");
                clock = recorded.Time;
                hasSteps = false;
            }
            else if (recorded.IsConfirmation)
            {
                Require(index > 0, "comes before the first turn");
                hasSteps = true;
            }
            else if (recorded.Kind != EventKind.ExecutionCompleted)
            {
                Require(!hasSteps, index == 0 ? "comes before the first turn" : "comes after the steps of its turn");
            }

            void Require(bool holds, string problem)
            {
                if (!holds)
                    throw new FormatException($"{source}, event {index} ({recorded.Kind}) {problem}.");
            }
        }

        RequireOneStart(history, source);
        RequireEnd(history, source);
    }

    private static void RequireOneStart(InstanceHistory history, string source)
    {
        if (history.Events.Count(recorded => recorded.Kind == EventKind.ExecutionStarted) > 1)
            throw new FormatException($"{source} has two events of the kind {EventKind.ExecutionStarted}.");
    }

    private static void RequireEnd(InstanceHistory history, string source)
    {
        var last = history.Events.Count - 1;
        for (var index = 0; index <= last; index++)
        {
            if (history.Events[index] is not { Kind: EventKind.ExecutionCompleted } end)
                continue;
            if (index < last)
                throw new FormatException($"{source}, event {index} ({end.Kind}) is not the last one.");
            if (end.Name != history.Status.ToString())
                throw new FormatException($"{source}, event {index} ({end.Kind}): \"status\" is {end.Name}, but the history's is {history.Status}.");
        }

        if (history.IsFinished && (last < 0 || history.Events[last].Kind != EventKind.ExecutionCompleted))
            throw new FormatException($"{source}: \"status\" is {history.Status}, but the last event is no {EventKind.ExecutionCompleted}.");
    }
}
