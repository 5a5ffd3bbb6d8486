namespace MultiAgentInfra.EmbeddedRuntime;

/// <summary>An activity as the engine runs it; derive from <see cref="TaskActivity{TInput, TOutput}"/>.</summary>
public interface ITaskActivity
{
    Type InputType { get; }

    Type OutputType { get; }

    Task<object?> RunAsync(TaskActivityContext context, object? input);
}
