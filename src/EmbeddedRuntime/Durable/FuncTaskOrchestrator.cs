namespace MultiAgentInfra.EmbeddedRuntime;

/// <summary>Makes an orchestrator from a function.</summary>
public static class FuncTaskOrchestrator
{
    public static TaskOrchestrator<TInput?, TOutput?> Create<TInput, TOutput>(Func<TaskOrchestrationContext, TInput?, Task<TOutput?>> implementation) =>
        new Orchestrator<TInput, TOutput>(implementation);

    private sealed class Orchestrator<TInput, TOutput>(Func<TaskOrchestrationContext, TInput?, Task<TOutput?>> run) : TaskOrchestrator<TInput?, TOutput?>
    {
        public override Task<TOutput?> RunAsync(TaskOrchestrationContext context, TInput? input) => run(context, input);
    }
}
