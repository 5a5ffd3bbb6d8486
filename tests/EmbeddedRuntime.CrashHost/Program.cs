// An engine in a process of its own, for tests that kill it or take its disk away.
//   chaos <folder> <cached> [finish]   200 orchestrations that work until they are told to finish
//   fill <file>                        orchestrations that are started until the engine can no longer write
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using MultiAgentInfra.EmbeddedRuntime;
using MultiAgentInfra.EmbeddedRuntime.CrashHost;
using MultiAgentInfra.EmbeddedRuntime.Engine;

ChildHost.EndWithParent();
try
{
    return args switch
    {
        ["chaos", var folder, var cached, .. var rest] => await ChaosAsync(folder, int.Parse(cached, CultureInfo.InvariantCulture), rest is ["finish"]),
        ["fill", var file] => await FillAsync(file),
        _ => throw new InvalidOperationException("usage: chaos <folder> <cached> [finish] | fill <file>"),
    };
}
catch (InvalidOperationException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 2;
}

static async Task<int> ChaosAsync(string folder, int cached, bool isToFinish)
{
    using var effects = new EffectsDatabase(Path.Combine(folder, "effects.db"));
    var registry = new DurableTaskRegistry();
    ChaosOrchestrators.Add(registry, effects);
    await using var engine = await StartAsync(new DurableEngineOptions { DatabasePath = Path.Combine(folder, "engine.db"), CachedOrchestrations = cached }, registry);

    // The pongs first: what is sent to an instance that is not there is dropped.
    string[] kinds = ["pong", "ping", "chain", "fan", "tree", "race", "flaky", "again"];
    foreach (var kind in kinds)
    {
        object? input = kind is "pong" or "again" ? new Generation(0, []) : null;
        await Task.WhenAll(Enumerable.Range(0, 25).Select(index => ChildHost.StartOnceAsync(engine.Client, $"{kind}-{index}", kind, input)));
    }

    Console.WriteLine("ready");

    var ids = kinds.SelectMany(kind => Enumerable.Range(0, 25).Select(index => $"{kind}-{index}")).ToArray();
    if (isToFinish)
        await Task.WhenAll(ids.Select(id => engine.Client.RaiseEventAsync(id, "finish", "")));
    var ended = Task.WhenAll(ids.Select(id => engine.Client.WaitForInstanceCompletionAsync(id)));
    if (await Task.WhenAny(ended, engine.Failed) == ended)
        return 0;
    throw await engine.Failed;
}

static async Task<int> FillAsync(string file)
{
    var registry = new DurableTaskRegistry().AddOrchestratorFunc<string, string>("hold", async (context, input) =>
    {
        await context.WaitForExternalEvent<string>("go");
        await context.WaitForExternalEvent<string>("early");
        return input!;
    });
    await using var engine = await StartAsync(new DurableEngineOptions { DatabasePath = file }, registry);
    Console.WriteLine("ready");
    try
    {
        for (var index = 0; ; index++)
        {
            var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("hold", $"{index}-{new string('x', 4000)}");
            await engine.Client.RaiseEventAsync(id, "early", "");
            Console.WriteLine(id);
        }
    }
    catch (InvalidOperationException exception)
    {
        await Console.Error.WriteLineAsync("refused: " + exception.Message);
        await Console.Error.WriteLineAsync("failed: " + (await engine.Failed).Message);
        return 3;
    }
}

static Task<DurableEngine> StartAsync(DurableEngineOptions options, DurableTaskRegistry registry) =>
    DurableEngine.StartAsync(options, registry, new ServiceCollection().BuildServiceProvider());
