using MultiAgentInfra.EmbeddedRuntime;

namespace MultiAgentInfra.Benchmarks;

/// <summary>The orchestrators that are measured; their one activity does nothing, so that what is left is the engine.</summary>
internal static class Programs
{
    public const string FanOut = "FanOut";
    public const string Chain = "Chain";
    public const string ChainAndWait = "ChainAndWait";
    public const string ChainOnEvent = "ChainOnEvent";
    public const string Go = "Go";

    private const string Step = "Step";

    /// <param name="onStep">Told of each activity at its start.</param>
    public static DurableTaskRegistry Registry(Action? onStep = null) => new DurableTaskRegistry()
        .AddOrchestratorFunc<int>(FanOut, FanOutAsync)
        .AddOrchestratorFunc<int>(Chain, ChainAsync)
        .AddOrchestratorFunc<int>(ChainAndWait, async (context, length) =>
        {
            await ChainAsync(context, length);
            if (length > 0)
                context.SetCustomStatus(Go);
            await context.WaitForExternalEvent<int>(Go);
            await context.CallActivityAsync<int>(Step, length);
        })
        .AddOrchestratorFunc(ChainOnEvent, async context =>
        {
            for (var round = 1; ; round++)
            {
                await ChainAsync(context, await context.WaitForExternalEvent<int>(Go));
                context.SetCustomStatus(round);
            }
        })
        .AddActivityFunc<int, int>(Step, (_, index) =>
        {
            onStep?.Invoke();
            return index;
        });

    private static async Task ChainAsync(TaskOrchestrationContext context, int length)
    {
        for (var step = 0; step < length; step++)
            await context.CallActivityAsync<int>(Step, step);
    }

    private static async Task FanOutAsync(TaskOrchestrationContext context, int width)
    {
        var results = await Task.WhenAll(Enumerable.Range(0, width).Select(index => context.CallActivityAsync<int>(Step, index)));
        if (!results.SequenceEqual(Enumerable.Range(0, width)))
            throw new InvalidOperationException("Results are missing or mixed up.");
    }
}
