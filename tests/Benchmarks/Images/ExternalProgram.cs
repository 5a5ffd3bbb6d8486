using System.Diagnostics;

namespace MultiAgentInfra.Benchmarks.Images;

/// <summary>Runs a program to its end, which must be a good one.</summary>
internal static class ExternalProgram
{
    /// <summary>Returns what it printed, without the line break at the end.</summary>
    public static async Task<string> RunAsync(
        string program, IEnumerable<string> arguments, CancellationToken stop, params IEnumerable<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(stop), process.StandardError.ReadToEndAsync(stop));
        try
        {
            await process.WaitForExitAsync(stop);
            return process.ExitCode == 0
                ? (await output).TrimEnd()
                : throw new InvalidOperationException($"{program} {string.Join(' ', start.ArgumentList)} ended with {process.ExitCode}: {await errors}");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
