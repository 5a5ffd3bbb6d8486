using MultiAgentInfra.EmbeddedRuntime.Engine;

namespace MultiAgentInfra.EmbeddedRuntime.CrashHost;

/// <summary>What the hosts have in common that tests start as processes of their own.</summary>
internal static class ChildHost
{
    /// <summary>Ends this process at the end of its standard input: the test that holds the other end may be killed at any time.</summary>
    public static void EndWithParent()
    {
        var input = Console.OpenStandardInput();
        var watch = new Thread(() =>
        {
            while (input.ReadByte() >= 0)
                continue;
            Environment.Exit(4);
        });
        watch.IsBackground = true;
        watch.Start();
    }

    /// <summary>Starts the instance, unless an earlier life of this process has.</summary>
    public static async Task StartOnceAsync(DurableTaskClient client, string id, string orchestrator, object? input)
    {
        try
        {
            var options = new StartOrchestrationOptions(id).WithDedupeStatuses([.. StartOrchestrationOptionsExtensions.ValidDedupeStatuses]);
            await client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, options);
        }
        catch (OrchestrationAlreadyExistsException)
        {
            // That is what was wanted.
        }
    }
}
