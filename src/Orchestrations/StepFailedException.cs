using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Operations;

namespace MultiAgentInfra.Orchestrations;

/// <summary>A step that failed for good: which one, why, and whether it was told to stop.</summary>
internal sealed class StepFailedException(string step, string message, bool canceled = false, Diagnosis? diagnosis = null) : Exception(message)
{
    public string Step { get; } = step;

    public OperationStatus Status { get; } = canceled ? OperationStatus.Canceled : OperationStatus.Failed;

    /// <summary>What the target knows of it; null where it has no part in it.</summary>
    public Diagnosis? Diagnosis { get; } = diagnosis;

    /// <summary>The same failure, with a word on the undo that failed after it.</summary>
    public StepFailedException With(StepFailedException undoFailure) =>
        new(Step, $"{Message} Undo step '{undoFailure.Step}' failed too: {undoFailure.Message}", Status == OperationStatus.Canceled, Diagnosis);

    /// <summary>The failure as the operation tells it. A diagnosis that brings no evidence of its own has it in the agent's log.</summary>
    public OperationError ToError(LogTail log) => Diagnosis is null
        ? new(Step, Message, log.Lines)
        : new(Step, Message, log.Lines, Diagnosis.Cause, Diagnosis.Evidence is { Count: > 0 } evidence ? evidence : log.Lines, Diagnosis.Hint);

    public static StepFailedException From(string step, TaskFailureDetails failure) =>
        new(step, failure.ErrorMessage, failure.IsCausedBy<OperationCanceledByRequestException>(), DiagnosisIn(failure));

    private static Diagnosis? DiagnosisIn(TaskFailureDetails? failure) =>
        failure is null ? null : DiagnosedException.Read(failure.ErrorType, failure.ErrorMessage) ?? DiagnosisIn(failure.InnerFailure);
}
