namespace MultiAgentInfra.EmbeddedRuntime;

/// <summary>Makes an activity from a function.</summary>
public static class FuncTaskActivity
{
    public static TaskActivity<TInput?, TOutput?> Create<TInput, TOutput>(Func<TaskActivityContext, TInput?, Task<TOutput?>> implementation) =>
        new Activity<TInput, TOutput>(implementation);

    private sealed class Activity<TInput, TOutput>(Func<TaskActivityContext, TInput?, Task<TOutput?>> run) : TaskActivity<TInput?, TOutput?>
    {
        public override Task<TOutput?> RunAsync(TaskActivityContext context, TInput? input) => run(context, input);
    }
}
