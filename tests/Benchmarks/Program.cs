using System.CommandLine;
using MultiAgentInfra.Benchmarks;

var data = new Option<DirectoryInfo?>("--data") { Description = "A folder on the disk to measure; by default a fresh one below artifacts." };
var only = new Option<string?>("--only") { Description = "Measures one row only." };
only.AcceptOnlyFromAmong([.. DurableBenchmarks.Names]);
var quick = new Option<bool>("--quick") { Description = "A tenth of the work, once: shows that it runs, not how fast." };
var durable = new Command("durable", "Measures the embedded durable engine and prints a table and a line a goal.") { data, only, quick };
durable.SetAction(async (parsed, _) =>
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
        await DurableBenchmarks.RunAsync(context, parsed.GetValue(only), Console.Out);
        return 0;
    }
    finally
    {
        Directory.Delete(folder, recursive: true);
    }
});

return await new RootCommand("Benchmarks of MultiAgentInfra.") { durable }.Parse(args).InvokeAsync();
