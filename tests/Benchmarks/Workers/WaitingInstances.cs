using MultiAgentInfra.EmbeddedRuntime;

namespace MultiAgentInfra.Benchmarks.Workers;

/// <summary>Instances that run so many steps and then wait for an event.</summary>
internal static class WaitingInstances
{
    // As many callers at a time as a busy API would have.
    private const int Callers = 100;

    public static string Id(int index) => $"waiting-{index}";

    public static Task CreateAsync(DurableTaskClient client, int instances, int steps) =>
        Parallel.ForAsync(0, instances, new ParallelOptions { MaxDegreeOfParallelism = Callers }, async (index, cancellation) =>
        {
            await client.ScheduleNewOrchestrationInstanceAsync(Programs.ChainAndWait, steps, new StartOrchestrationOptions(Id(index)), cancellation);
            await client.WaitForInstanceStartAsync(Id(index), cancellation);
        });

    /// <summary>Lets one go on to its end.</summary>
    public static async Task FinishAsync(DurableTaskClient client, string instanceId)
    {
        await client.RaiseEventAsync(instanceId, Programs.Go, 0);
        var end = await client.WaitForInstanceCompletionAsync(instanceId);
        if (end.RuntimeStatus != OrchestrationRuntimeStatus.Completed)
            throw new InvalidOperationException($"{instanceId} ended as {end.RuntimeStatus}: {end.FailureDetails?.ErrorMessage}");
    }

    /// <summary>Runs a few of the same kind to their end, so that compiled code and buffers do not count as memory of instances.</summary>
    public static async Task WarmUpAsync(DurableTaskClient client)
    {
        await Parallel.ForAsync(0, Callers, async (index, cancellation) =>
        {
            var instanceId = $"warm-up-{index}";
            await client.ScheduleNewOrchestrationInstanceAsync(Programs.ChainAndWait, 1, new StartOrchestrationOptions(instanceId), cancellation);
            await FinishAsync(client, instanceId);
        });
    }
}
