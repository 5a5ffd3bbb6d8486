using MultiAgentInfra.EmbeddedRuntime;

namespace MultiAgentInfra.Benchmarks.Workers;

/// <summary>Creates instances with a long history that wait for an event.</summary>
internal sealed class CreateHistories : BenchmarkWorker
{
    /// <param name="argument">The steps of each.</param>
    public override async Task<Dictionary<string, double>> MeasureAsync(string database, int instances, int argument)
    {
        var engine = await MeasuredEngine.StartAsync(database);
        await WaitingInstances.CreateAsync(engine.Client, instances, argument);
        for (var index = 0; index < instances; index++)
            await WaitForStatusAsync(engine.Client, WaitingInstances.Id(index));
        return [];
    }

    // Set in the turn that begins to wait.
    private static async Task WaitForStatusAsync(DurableTaskClient client, string instanceId)
    {
        while ((await client.GetInstanceAsync(instanceId, getInputsAndOutputs: true))?.SerializedCustomStatus is null)
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
    }
}
