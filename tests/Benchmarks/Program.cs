using System.CommandLine;
using MultiAgentInfra.Benchmarks;
using MultiAgentInfra.Benchmarks.Workers;

// What a shell reports after Ctrl+C.
const int Interrupted = 130;

var data = new Option<DirectoryInfo?>("--data") { Description = "A folder on the disk to measure; by default artifacts/benchmarks." };
var only = new Option<string?>("--only") { Description = "Measures this part only." };
only.AcceptOnlyFromAmong([.. DurableBenchmarks.Names]);
var quick = new Option<bool>("--quick") { Description = "A tenth of the work, once: shows that it runs, not how fast." };
var durable = new Command("durable", "Measures the embedded durable engine and prints tables and a line for each goal.") { data, only, quick };
durable.SetAction(async (parsed, cancellation) =>
{
    var folder = WorkFolder.Create(parsed.GetValue(data)?.FullName);
    try
    {
        if (DiskProbe.Refusal(folder) is { } refusal)
        {
            await Console.Error.WriteLineAsync(refusal);
            return 1;
        }

        var context = new BenchmarkContext(folder, parsed.GetValue(quick), new Progress(Console.Error, !Console.IsErrorRedirected));
        await DurableBenchmarks.RunAsync(context, parsed.GetValue(only), Console.Out).WaitAsync(cancellation);
        return 0;
    }
    catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
    {
        return Interrupted;
    }
    finally
    {
        Directory.Delete(folder, recursive: true);
    }
});

var name = new Argument<string>("name");
var database = new Argument<string>("database");
var instances = new Argument<int>("instances");
var argument = new Argument<int>("argument");
var worker = new Command(WorkerProcess.Verb) { name, database, instances, argument };
worker.Hidden = true;
worker.SetAction((parsed, _) => WorkerProcess.ServeAsync(
    BenchmarkWorker.Named(parsed.GetValue(name)!), parsed.GetValue(database)!, parsed.GetValue(instances), parsed.GetValue(argument)));

return await new RootCommand("Benchmarks of MultiAgentInfra.") { durable, worker }.Parse(args).InvokeAsync();
