namespace MultiAgentInfra.Clients.Processes;

/// <summary>A child that runs to its end, such as npm.</summary>
public sealed record ProcessCommand
{
    /// <summary>A path, or a name that the PATH of <see cref="Environment"/> finds.</summary>
    public required string FileName { get; init; }

    /// <summary>Visible to everybody on the machine: never a secret.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    public required string WorkingDirectory { get; init; }

    /// <summary>The complete environment: nothing of the parent's is inherited.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>Where the child records itself, for <see cref="ProcessRunner.KillRecordedAsync"/> after a crash; removed when it has ended.</summary>
    public string? PidFile { get; init; }

    /// <summary>How much standard output is kept, in bytes; a child that writes more is killed.</summary>
    public int OutputLimitBytes { get; init; } = 16 * 1024 * 1024;
}

/// <summary>How a child ended.</summary>
/// <param name="ExitCode">128 and the signal's number for a child that a signal ended.</param>
/// <param name="StdErrTail">The last lines of standard error, at most 16 KiB.</param>
public sealed record ProcessResult(int ExitCode, string StdOut, string StdErrTail);
