// Runs chains of activities that append to a file, until all are complete or somebody kills the process.
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using MultiAgentInfra.EmbeddedRuntime;
using MultiAgentInfra.EmbeddedRuntime.CrashHost;
using MultiAgentInfra.EmbeddedRuntime.Engine;

var effects = new EffectsFile(args[1]);
var chains = int.Parse(args[2], CultureInfo.InvariantCulture);
var steps = int.Parse(args[3], CultureInfo.InvariantCulture);

var registry = new DurableTaskRegistry()
    .AddOrchestratorFunc<int, string[]>("Chain", async (context, length) =>
    {
        var results = new string[length];
        for (var step = 0; step < length; step++)
            results[step] = await context.CallActivityAsync<string>("Append", step);
        return results;
    })
    .AddActivityFunc<int, string>("Append", (context, step) => effects.Append(context.InstanceId, step));

await using var engine = await DurableEngine.StartAsync(
    new DurableEngineOptions { DatabasePath = args[0] }, registry, new ServiceCollection().BuildServiceProvider());
var ids = Enumerable.Range(0, chains).Select(chain => $"chain-{chain}").ToArray();
await Task.WhenAll(ids.Select(StartOnceAsync));
await Task.WhenAll(ids.Select(id => engine.Client.WaitForInstanceCompletionAsync(id)));

async Task StartOnceAsync(string id)
{
    try
    {
        var options = new StartOrchestrationOptions(id).WithDedupeStatuses([.. StartOrchestrationOptionsExtensions.ValidDedupeStatuses]);
        await engine.Client.ScheduleNewOrchestrationInstanceAsync("Chain", steps, options);
    }
    catch (OrchestrationAlreadyExistsException)
    {
        // An earlier life of this process has started it.
    }
}
