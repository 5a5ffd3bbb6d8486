namespace MultiAgentInfra.Core.Deployments;

/// <summary>The input of the activity that has the record's name; one activity answers it, with <typeparamref name="TOutput"/>.</summary>
public interface IActivityInput<TOutput>;

/// <summary>An input whose activity is a step that people see in the operation.</summary>
public interface IStepInput<TOutput> : IActivityInput<TOutput>
{
    Guid OperationId { get; }

    /// <summary>The step's name in the operation and in <see cref="StepBudgets"/>.</summary>
    string Step { get; }
}
