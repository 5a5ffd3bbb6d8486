using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities;

/// <summary>An activity that people see as a step: recorded, bounded by its budget, and stopped when its operation is cancelled.</summary>
public abstract class StepActivity<TInput, TOutput>(StepRecorder recorder) : TaskActivity<TInput, TOutput>
    where TInput : IStepInput<TOutput>
{
    public sealed override Task<TOutput> RunAsync(TaskActivityContext context, TInput input) =>
        recorder.RunAsync(input.OperationId, input.Step, cancellationToken => RunStepAsync(input, cancellationToken));

    /// <summary>Does the step once. It may run again after a crash, so its effect is keyed by its input.</summary>
    protected abstract Task<StepResult<TOutput>> RunStepAsync(TInput input, CancellationToken cancellationToken);

    /// <summary>The end of a step that has nothing to hand on.</summary>
    protected static StepResult<Done> Finished(string detail) => new(Done.Instance, detail);
}
