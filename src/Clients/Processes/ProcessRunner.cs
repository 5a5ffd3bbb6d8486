using System.Diagnostics;

namespace MultiAgentInfra.Clients.Processes;

/// <summary>Runs children to their end, each in a process group of its own that can be ended as a whole; Linux only.</summary>
public sealed class ProcessRunner(TimeProvider time)
{
    // Only what cannot be killed at all, such as a process in an uninterruptible call, needs longer.
    private static readonly TimeSpan KillTimeout = TimeSpan.FromSeconds(30);
    private const int ErrorTailLength = 16 * 1024;

    // The shell becomes the command: what it recorded stays true.
    private static readonly string Script = PidFile.RecordFunction + """

        if [ -n "$1" ]; then record "$1" "" || exit 70; fi
        shift
        exec "$@" </dev/null
        """;

    /// <summary>Returns when the child has ended and nothing that it started runs any more.</summary>
    /// <param name="onLine">Called for each line of both outputs, possibly from two threads, but never at the same time.</param>
    /// <exception cref="OperationCanceledException">Cancelled; the whole group is gone.</exception>
    /// <exception cref="OutputLimitException">Too much output; the whole group is gone.</exception>
    public async Task<ProcessResult> RunAsync(ProcessCommand command, Action<string>? onLine, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var process = Start(command);
        // A child that has ended already may have left no start time; whoever bears its group's number is its.
        var leader = new ProcessIdentity(process.Id, ProcessStat.Read(process.Id)?.StartTime ?? 0);
        var gate = new Lock();
        Action<string>? oneByOne = onLine is null ? null : line =>
        {
            lock (gate)
                onLine(line);
        };
        var output = new OutputReader(process.StandardOutput.BaseStream, command.OutputLimitBytes, tailOnly: false, oneByOne);
        var error = new OutputReader(process.StandardError.BaseStream, ErrorTailLength, tailOnly: true, oneByOne);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = ReadAsync(output, error, stop);
        try
        {
            await process.WaitForExitAsync(stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // A reader gave up: its reason is thrown below.
        }
        finally
        {
            // Also after a good end: a grandchild that stayed would hold the pipes open for ever.
            await EndGroupAsync(leader, command.PidFile).ConfigureAwait(false);
        }
        await reading.ConfigureAwait(false);
        return new ProcessResult(process.ExitCode, output.Text, error.Text);
    }

    /// <summary>Ends what an earlier life of the control plane left running under this record, and removes the record.</summary>
    public async Task KillRecordedAsync(string pidFile)
    {
        if (PidFile.Read(pidFile) is { } record)
            await EndGroupAsync(record.Identity, pidFile).ConfigureAwait(false);
        File.Delete(pidFile);
    }

    private static Process Start(ProcessCommand command)
    {
        if (!OperatingSystem.IsLinux())
            throw new PlatformNotSupportedException("Builds and agents on this machine need Linux: processes are told apart through /proc.");
        var start = new ProcessStartInfo("setsid")
        {
            WorkingDirectory = command.WorkingDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])["/bin/sh", "-c", Script, "run", command.PidFile ?? "", command.FileName, .. command.Arguments])
            start.ArgumentList.Add(argument);
        start.Environment.Clear();
        foreach (var (name, value) in command.Environment)
            start.Environment[name] = value;
        InheritedHandles.Close();
        return Process.Start(start) ?? throw new InvalidOperationException("setsid did not start.");
    }

    private static async Task ReadAsync(OutputReader output, OutputReader error, CancellationTokenSource stop)
    {
        try
        {
            await Task.WhenAll(ReadOneAsync(output), ReadOneAsync(error)).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The child is being ended, for a reason that its starter reports.
        }

        async Task ReadOneAsync(OutputReader reader)
        {
            try
            {
                await reader.ReadToEndAsync(stop.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                await stop.CancelAsync().ConfigureAwait(false);
                throw;
            }
        }
    }

    private async Task EndGroupAsync(ProcessIdentity leader, string? pidFile)
    {
        using var patience = new CancellationTokenSource(KillTimeout, time);
        await ProcessGroup.KillAsync(leader, time, patience.Token).ConfigureAwait(false);
        if (pidFile is not null)
            File.Delete(pidFile);
    }
}
