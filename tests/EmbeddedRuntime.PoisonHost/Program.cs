// Runs chains of activities beside one instance that ends the process, or that takes long, until all have ended.
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using MultiAgentInfra.EmbeddedRuntime;
using MultiAgentInfra.EmbeddedRuntime.CrashHost;
using MultiAgentInfra.EmbeddedRuntime.Engine;
using MultiAgentInfra.EmbeddedRuntime.PoisonHost;

if (CrashWitness.Run(args[0]) is { } exitCode)
    return exitCode;
ChildHost.EndWithParent();
var (databasePath, folder, name, kind) = (args[0], args[1], args[2], args[3]);
var chains = int.Parse(args[4], CultureInfo.InvariantCulture);

var registry = new DurableTaskRegistry()
    .AddOrchestratorFunc<int, int>("Chain", async (context, length) =>
    {
        var sum = 0;
        for (var step = 0; step < length; step++)
            sum += await context.CallActivityAsync<int>("Step", step);
        return sum;
    })
    .AddOrchestratorFunc<string, string>("Activity", (context, input) => context.CallActivityAsync<string>("Poison", input)!)
    .AddOrchestratorFunc<string, string>("Orchestrator", (_, input) => Poison.TakeAsync(input))
    .AddOrchestratorFunc<string, string>("LateOrchestrator", async (context, input) =>
    {
        await context.CallActivityAsync<int>("Step", 1);
        return await Poison.TakeAsync(input);
    })
    .AddOrchestratorFunc<string, string>("Long", (context, input) => context.CallActivityAsync<string>("Long", input)!)
    .AddActivityFunc<int, int>("Step", (_, step) => step)
    .AddActivityFunc<string, string>("Poison", (_, input) => Poison.TakeAsync(input))
    .AddActivityFunc<string, string>("Long", async (_, _) =>
    {
        while (!File.Exists(Path.Combine(folder, "go")))
        {
            File.AppendAllText(Path.Combine(folder, "ticks"), $"{Environment.ProcessId}\n");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }

        return "done";
    });

await using var engine = await DurableEngine.StartAsync(
    new DurableEngineOptions { DatabasePath = databasePath }, registry, new ServiceCollection().BuildServiceProvider());
var ids = Enumerable.Range(0, chains).Select(chain => $"chain-{chain}").ToArray();
await Task.WhenAll([
    ChildHost.StartOnceAsync(engine.Client, "special", name, kind),
    .. ids.Select(id => ChildHost.StartOnceAsync(engine.Client, id, "Chain", 10))]);
await Task.WhenAll(ids.Append("special").Select(id => engine.Client.WaitForInstanceCompletionAsync(id)));
return 0;
