using System.Diagnostics;
using MultiAgentInfra.EmbeddedRuntime;

namespace MultiAgentInfra.Benchmarks;

/// <summary>The orchestrators that are measured; their one activity does nothing, so that what is left is the engine.</summary>
internal sealed class Programs
{
    public const string FanOut = "FanOut";
    public const string Chain = "Chain";
    public const string Step = "Step";

    /// <summary>Told of the start of each activity: its instance and its input.</summary>
    public Action<string, int>? OnStep { get; init; }

    public DurableTaskRegistry Registry => new DurableTaskRegistry()
        .AddOrchestratorFunc<int>(FanOut, (context, width) =>
            Task.WhenAll(Enumerable.Range(0, width).Select(index => context.CallActivityAsync<int>(Step, index))))
        .AddOrchestratorFunc<int>(Chain, async (context, length) =>
        {
            for (var step = 0; step < length; step++)
                await context.CallActivityAsync<int>(Step, step);
        })
        .AddActivityFunc<int, int>(Step, (context, index) =>
        {
            OnStep?.Invoke(context.InstanceId, index);
            return index;
        });

    /// <summary>Notes when each activity starts, for a chain on an otherwise idle engine.</summary>
    public static (Programs Programs, List<long> Starts) Timed()
    {
        var starts = new List<long>();
        return (new Programs { OnStep = (_, _) => starts.Add(Stopwatch.GetTimestamp()) }, starts);
    }
}
