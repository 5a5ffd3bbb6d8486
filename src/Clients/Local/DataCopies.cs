using MultiAgentInfra.Clients.Processes;
using MultiAgentInfra.Clients.Targets;

namespace MultiAgentInfra.Clients.Local;

/// <summary>Keeps an agent's data across versions of ElizaOS: a copy of its folder before another version writes to it, and the copy in its place when
/// the same operation goes back. Folders take each other's place only when they are complete, so that it goes on wherever it was cut off.</summary>
internal sealed class DataCopies(TimeProvider time)
{
    private static readonly Dictionary<string, string> CopyEnvironment = new() { ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin" };

    private readonly ProcessRunner _processes = new(time);

    /// <returns>For people: what was done about the data; null where it stays as it is.</returns>
    /// <exception cref="InvalidOperationException">The data is to be copied or put back, and the agent still runs.</exception>
    public async Task<string?> KeepAsync(AgentFolder folder, AgentLaunch launch, bool isRunning, CancellationToken cancellationToken)
    {
        Repair(folder);
        var note = DataNote.Read(folder.ReadDataNote()) ?? FirstNote(folder);
        if (VersionChange.Of(note?.Version, launch.ElizaVersion) is null || !Directory.Exists(folder.Data))
            return note?.Tell(launch.OperationId);
        if (isRunning)
            throw new InvalidOperationException($"Agent {launch.AgentId} still runs: it must be gone before another version of ElizaOS gets its data.");

        var isBack = note!.IsUndoneBy(launch);
        if (isBack)
            await PutBackAsync(folder, cancellationToken).ConfigureAwait(false);
        else
            await TakeAsync(folder, cancellationToken).ConfigureAwait(false);
        var next = new DataNote(launch.ElizaVersion!, launch.OperationId, note.Version, folder.Snapshot, IsRestored: isBack);
        folder.WriteDataNote(next.Write());
        return next.Tell(launch.OperationId);
    }

    /// <summary>Before there was a note, what ran last tells the version.</summary>
    private static DataNote? FirstNote(AgentFolder folder) =>
        folder.ReadPidFile() is { } record && AgentFolder.ParseLaunch(record.Note)?.ElizaVersion is { } version ? new(version) : null;

    /// <summary>Between two renames there is a moment without data.</summary>
    private static void Repair(AgentFolder folder)
    {
        if (!Directory.Exists(folder.Data) && Directory.Exists(folder.Data + ".new"))
            Directory.Move(folder.Data + ".new", folder.Data);
        Remove(folder.Data + ".old");
    }

    private async Task TakeAsync(AgentFolder folder, CancellationToken cancellationToken)
    {
        var next = folder.Snapshot + ".new";
        Remove(next);
        // Not the agent's: it could change what it is put back to.
        Directory.CreateDirectory(next);
        Unix.SetMode(next, Unix.OwnerOnly);
        await CopyAsync(folder, folder.Data, Path.Combine(next, "data"), cancellationToken).ConfigureAwait(false);
        Remove(folder.Snapshot);
        Directory.Move(next, folder.Snapshot);
    }

    private async Task PutBackAsync(AgentFolder folder, CancellationToken cancellationToken)
    {
        var next = folder.Data + ".new";
        Remove(next);
        await CopyAsync(folder, Path.Combine(folder.Snapshot, "data"), next, cancellationToken).ConfigureAwait(false);
        Directory.Move(folder.Data, folder.Data + ".old");
        Directory.Move(next, folder.Data);
        Remove(folder.Data + ".old");
    }

    /// <summary>With owners, modes and times, and with links as links: where they lead is the agent's choice.</summary>
    private async Task CopyAsync(AgentFolder folder, string from, string to, CancellationToken cancellationToken)
    {
        await _processes.KillRecordedAsync(folder.CopyPid).ConfigureAwait(false);
        var result = await _processes.RunAsync(
            new() { FileName = "cp", Arguments = ["-a", "--reflink=auto", "--", from, to], WorkingDirectory = folder.Root, Environment = CopyEnvironment, PidFile = folder.CopyPid },
            onLine: null,
            cancellationToken).ConfigureAwait(false);
        if (result.ExitCode != 0)
            throw new IOException($"The agent's data cannot be copied: {result.StdErrTail.Trim()}");
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
