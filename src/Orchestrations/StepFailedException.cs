using MultiAgentInfra.Core.Operations;

namespace MultiAgentInfra.Orchestrations;

/// <summary>A step that failed for good: which one, why, and whether it was told to stop.</summary>
internal sealed class StepFailedException(string step, string message, bool canceled = false) : Exception(message)
{
    public string Step { get; } = step;

    public OperationStatus Status { get; } = canceled ? OperationStatus.Canceled : OperationStatus.Failed;

    /// <summary>The same failure, with a word on the undo that failed after it.</summary>
    public StepFailedException With(StepFailedException undoFailure) =>
        new(Step, $"{Message} Undo step '{undoFailure.Step}' failed too: {undoFailure.Message}", canceled: Status == OperationStatus.Canceled);

    public static StepFailedException From(string step, TaskFailureDetails failure) =>
        new(step, failure.ErrorMessage, failure.IsCausedBy<OperationCanceledByRequestException>());
}
