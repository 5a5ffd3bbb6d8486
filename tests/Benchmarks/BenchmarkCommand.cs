using System.CommandLine;

namespace MultiAgentInfra.Benchmarks;

/// <summary>The verb of one set of benchmarks: the same options for each, a folder that goes with the run, and a word when it cannot run here.</summary>
internal static class BenchmarkCommand
{
    // What a shell reports after Ctrl+C.
    private const int Interrupted = 130;

    /// <param name="refusal">Says what is missing on this machine; null when nothing is.</param>
    public static Command Create(
        string name, string description, IEnumerable<string> parts, Func<string?> refusal, Func<BenchmarkContext, string?, TextWriter, Task> run)
    {
        var data = new Option<DirectoryInfo?>("--data") { Description = "A folder on the disk to measure; by default artifacts/benchmarks." };
        var only = new Option<string?>("--only") { Description = "Measures this part only." };
        only.AcceptOnlyFromAmong([.. parts]);
        var quick = new Option<bool>("--quick") { Description = "A tenth of the work, once: shows that it runs, not how fast." };
        var command = new Command(name, description) { data, only, quick };
        command.SetAction(async (parsed, cancellation) =>
        {
            var folder = WorkFolder.Create(parsed.GetValue(data)?.FullName);
            try
            {
                if ((DiskProbe.Refusal(folder) ?? refusal()) is { } reason)
                {
                    await Console.Error.WriteLineAsync(reason);
                    return 1;
                }

                var progress = new Progress(Console.Error, !Console.IsErrorRedirected);
                await run(new BenchmarkContext(folder, parsed.GetValue(quick), progress, cancellation), parsed.GetValue(only), Console.Out);
                return 0;
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return Interrupted;
            }
            finally
            {
                WorkFolder.Remove(folder);
            }
        });
        return command;
    }
}
