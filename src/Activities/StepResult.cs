namespace MultiAgentInfra.Activities;

/// <summary>What a step came to.</summary>
/// <param name="Detail">The sentence that people read in the operation; never holds a secret.</param>
/// <param name="Finished">False for a look that will be repeated.</param>
public sealed record StepResult<TOutput>(TOutput Output, string Detail, bool Finished = true);
