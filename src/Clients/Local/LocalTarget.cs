using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using MultiAgentInfra.Clients.Eliza;
using MultiAgentInfra.Clients.Kubernetes;
using MultiAgentInfra.Clients.Processes;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Clusters;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Clients.Local;

/// <summary>
/// Runs agents as processes of this machine. Everything that is known of them lies in their folders,
/// so that they outlive the control plane and the next one finds them; Linux only.
/// </summary>
public sealed partial class LocalTarget(LocalTargetOptions options, LocalIsolation isolation, TimeProvider time, ElizaClient eliza, ILogger<LocalTarget> logger) : IAgentTarget, IDisposable
{
    private const int LockedExitCode = 75;
    private const long LogLimitBytes = 64 * 1024 * 1024;
    private static readonly TimeSpan RecordTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);

    private readonly RuntimeFolders _runtimes = new(options.RuntimesFolder, time);
    private readonly DataCopies _copies = new(time);
    private readonly SemaphoreSlim _changes = new(1);
    private readonly ConcurrentDictionary<Guid, ProcessIdentity> _asked = new();

    public string Name => "local";

    public bool SingleOwner => isolation.SingleOwner;

    public string Explanation => isolation.Explanation;

    public bool HasClusters => false;

    public TimeSpan Boot => StepBudgets.Boot;

    public Uri? PageOf(Guid agentId) => null;

    /// <summary>One process; its folders are given as they are within the agent's own.</summary>
    public LaunchPlan Plan(
        AgentLaunch launch, string repository, IReadOnlyCollection<string> secrets, IReadOnlyDictionary<string, string> environment, ClusterFacts? place) =>
        ProcessPlan.Of(launch, $"{repository}@{launch.Image}", LaunchPlan.Masked(secrets), environment);

    public Task<IReadOnlyList<ManifestObject>?> FindObjectsAsync(LaunchPlan plan, ClusterFacts? place, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ManifestObject>?>(null);

    /// <summary>Puts the image's files in place; safe to repeat. The runtime layer is unpacked once for all agents that share it.</summary>
    public async Task<Preparation> PrepareAsync(AgentLaunch launch, LaunchFiles files, CancellationToken cancellationToken)
    {
        var runtime = "there already";
        await _runtimes.UnpackOnceAsync(launch.RuntimeLayer, UnpackAsync, cancellationToken).ConfigureAwait(false);
        await _changes.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var folder = Folder(launch.AgentId);
            var data = await _copies.KeepAsync(folder, launch, Inspect(launch.AgentId) is AgentState.Running, cancellationToken).ConfigureAwait(false);
            CreateFolders(folder, launch);
            var next = folder.Layer + ".new";
            folder.RemoveDrafts();
            Directory.CreateDirectory(next);
            Unix.SetMode(next, Unix.ReadableByAll);
            await files.Agent(next, cancellationToken).ConfigureAwait(false);
            folder.RemoveLaunch();
            Directory.Move(next, folder.Layer);
            folder.WriteLaunch(launch);
            return new($"the runtime is {runtime}{(data is null ? "" : $"; {data}")}");
        }
        finally
        {
            _changes.Release();
        }

        Task UnpackAsync(string empty, CancellationToken token)
        {
            runtime = "unpacked";
            return files.Runtime(empty, token);
        }
    }

    /// <summary>Starts the prepared launch; nothing happens when it runs already.</summary>
    /// <exception cref="InvalidOperationException">Nothing is prepared, another launch of the agent still runs, or its data is locked.</exception>
    public async Task<bool> StartAsync(
        Guid agentId, IReadOnlyDictionary<string, string> secrets, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        await _changes.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var folder = Folder(agentId);
            var launch = folder.ReadLaunch() ?? throw new InvalidOperationException($"Agent {agentId} is not prepared.");
            if (Inspect(agentId) is AgentState.Running running)
            {
                if (running.Launch.IsSameAs(launch))
                    return true;
                throw new InvalidOperationException(
                    $"Agent {agentId} still runs revision {running.Launch.Revision}, attempt {running.Launch.Attempt}: it must be gone before the next starts.");
            }
            var earlier = folder.ReadPidFile();
            using var process = AgentProcess.Start(
                folder, launch, isolation.SingleOwner ? null : launch.Uid,
                [options.NodePath, Path.Combine(_runtimes.Of(launch.RuntimeLayer), "app", ElizaLauncher.FileName), folder.Character],
                AgentEnvironment.Build(launch, folder.Data, secrets, environment));
            await WaitForRecordAsync(folder, earlier, process, cancellationToken).ConfigureAwait(false);
            Log.Started(logger, agentId, launch.Revision, launch.Attempt, process.Id, launch.Port);
            return true;
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>Looks at the agent's process; a stranger that now has its number is never taken for it.</summary>
    public Task<AgentState> InspectAsync(Guid agentId, CancellationToken cancellationToken = default) => Task.FromResult(Inspect(agentId));

    public Task<ElizaHealth> GetHealthAsync(Guid agentId, AgentState.Running running, string? token, CancellationToken cancellationToken) =>
        eliza.GetHealthAsync(running.Port, agentId, token, cancellationToken);

    /// <summary>Asks the agent to stop, once however often this is called, or kills it, with everything it started; returns at once. It is gone when it no longer counts as running.</summary>
    public Task SignalStopAsync(Guid agentId, bool kill, CancellationToken cancellationToken = default)
    {
        var signal = kill ? ProcessSignal.Kill : ProcessSignal.Terminate;
        var folder = Folder(agentId);
        // One request is enough, and for ElizaOS another one is another shutdown beside the first.
        if (folder.ReadPidFile() is not { } record || (!kill && _asked.GetValueOrDefault(agentId) == record.Identity))
            return Task.CompletedTask;
        _asked[agentId] = record.Identity;
        if (ProcessGroup.Signal(record.Identity, signal, folder.Mark))
            Log.Signalled(logger, agentId, signal, record.Identity.Pid);
        return Task.CompletedTask;
    }

    /// <summary>Removes what <see cref="PrepareAsync"/> made, apart from the agent's data and log; safe to repeat.</summary>
    public async Task RemoveTemplateAsync(Guid agentId)
    {
        await _changes.WaitAsync().ConfigureAwait(false);
        try
        {
            var folder = Folder(agentId);
            folder.RemoveLaunch();
            folder.RemoveDrafts();
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>Removes everything of the agent, its data too; safe to repeat.</summary>
    /// <exception cref="InvalidOperationException">The agent still runs.</exception>
    public async Task RemoveAsync(Guid agentId, CancellationToken cancellationToken = default)
    {
        await _changes.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (Inspect(agentId) is AgentState.Running)
                throw new InvalidOperationException($"Agent {agentId} still runs: it must be gone before its data is removed.");
            var folder = Folder(agentId);
            if (Directory.Exists(folder.Root))
                Directory.Delete(folder.Root, recursive: true);
            _asked.TryRemove(agentId, out _);
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>Reads whole lines of the agent's own output from a cursor on; 0 is the beginning.</summary>
    public Task<LogPage> ReadLogAsync(Guid agentId, long after, int limitBytes, CancellationToken cancellationToken = default) =>
        AgentLog.ReadAsync(Folder(agentId).Log, after, limitBytes, cancellationToken);

    /// <summary>Reads the last lines of the agent's own output, at most 64 KiB.</summary>
    public Task<IReadOnlyList<LogLine>> ReadLogTailAsync(Guid agentId, int lines, CancellationToken cancellationToken = default) =>
        AgentLog.ReadTailAsync(Folder(agentId).Log, lines, cancellationToken);

    /// <summary>Keeps every agent's output file within 64 MiB of disk; for a timer. Cursors stay valid.</summary>
    /// <returns>How many files were trimmed.</returns>
    public int TrimLogs() => Directory.EnumerateDirectories(options.AgentsFolder)
        .Count(folder => Guid.TryParse(Path.GetFileName(folder), out var agentId) && AgentLog.Trim(Folder(agentId).Log, LogLimitBytes));

    public void Dispose()
    {
        _changes.Dispose();
        _runtimes.Dispose();
    }

    private AgentFolder Folder(Guid agentId) => new(options.AgentsFolder, agentId);

    private AgentState Inspect(Guid agentId)
    {
        var folder = Folder(agentId);
        var record = folder.ReadPidFile();
        var started = record is null ? null : AgentFolder.ParseLaunch(record.Note);
        if (record is not null && started is not null && (ProcessGroup.IsAlive(record.Identity, folder.Mark) || folder.IsLocked()))
            return new AgentState.RunningProcess(record.Identity, started);
        return folder.ReadLaunch() is not { } launch ? new AgentState.NotPrepared()
            : started is null || !started.IsSameAs(launch) ? new AgentState.NotStarted(launch)
            : new AgentState.Exited(folder.ReadExitCode(), launch);
    }

    private void CreateFolders(AgentFolder folder, AgentLaunch launch)
    {
        Directory.CreateDirectory(folder.Root);
        Unix.SetMode(folder.Root, isolation.SingleOwner ? Unix.OwnerOnly : Unix.TraverseByGroup);
        Directory.CreateDirectory(folder.Data);
        Unix.SetMode(folder.Data, Unix.OwnerOnly);
        if (isolation.SingleOwner)
            return;
        Unix.SetOwner(folder.Root, 0, launch.Uid);
        Unix.SetOwner(folder.Data, launch.Uid, launch.Uid);
    }

    private async Task WaitForRecordAsync(AgentFolder folder, PidFile? earlier, Process process, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(RecordTimeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        while (true)
        {
            // In this order: a process that recorded itself and ended at once has started.
            var ended = process.HasExited;
            if (folder.ReadPidFile() is { } record && record != earlier && record.Identity.Pid == process.Id)
                return;
            if (ended)
            {
                throw new InvalidOperationException(process.ExitCode == LockedExitCode
                    ? "The agent's data folder is locked by another process."
                    : $"The agent's shell ended before it recorded itself: exit code {process.ExitCode}.");
            }
            await Task.Delay(Poll, time, stop.Token).ConfigureAwait(false);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Agent {AgentId} revision {Revision}, attempt {Attempt}, started as process {Pid} on port {Port}.")]
        public static partial void Started(ILogger logger, Guid agentId, int revision, int attempt, int pid, int port);

        [LoggerMessage(2, LogLevel.Information, "Agent {AgentId}: sent {Signal} to process group {Pid}.")]
        public static partial void Signalled(ILogger logger, Guid agentId, ProcessSignal signal, int pid);
    }
}
