using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using MultiAgentInfra.Clients.Eliza;
using MultiAgentInfra.Clients.Kubernetes;
using MultiAgentInfra.Clients.Local;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Clusters;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Clients.Docker;

/// <summary>
/// Runs agents as containers of a Docker Engine of this machine, one name per agent, so that the engine itself lets none run twice. Images come
/// by digest from the registry; what is prepared lies in the agent's folder, and what runs is read from the engine.
/// </summary>
public sealed partial class DockerTarget(
    DockerContainers containers, RemoteRegistry registry, DockerTargetOptions options, ElizaClient eliza, ILogger<DockerTarget> logger) : IAgentTarget, IDisposable
{
    private const int TailBytes = 64 * 1024;
    private const int KilledCode = 137;

    private readonly SemaphoreSlim _changes = new(1);
    private readonly ConcurrentDictionary<Guid, string> _asked = new();

    public string Name => "docker";

    public bool SingleOwner => false;

    public string Explanation => $"Each agent runs in a container of its own, on the Docker Engine at {options.Endpoint}.";

    public bool HasClusters => false;

    public TimeSpan Boot => StepBudgets.Boot;

    public Uri? PageOf(Guid agentId) => null;

    /// <summary>One container, whose port on this machine is chosen when it is prepared.</summary>
    public LaunchPlan Plan(
        AgentLaunch launch, string repository, IReadOnlyCollection<string> secrets, IReadOnlyDictionary<string, string> environment, ClusterFacts? place)
    {
        var (name, image) = (NameOf(launch.AgentId), registry.PullReference(repository, launch.Image));
        var variables = AgentEnvironment.Build(launch, Core.Images.RuntimeSettings.WorkingFolder, LaunchPlan.Masked(secrets), environment);
        return ContainerSpec.Of(launch, image, name, options.HostNetwork, variables).ToPlan(launch, name);
    }

    public Task<IReadOnlyList<ManifestObject>?> FindObjectsAsync(LaunchPlan plan, ClusterFacts? place, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ManifestObject>?>(null);

    public async Task<Preparation> PrepareAsync(AgentLaunch launch, LaunchFiles files, CancellationToken cancellationToken)
    {
        var credential = await registry.GetPullCredentialAsync(files.Repository, cancellationToken).ConfigureAwait(false);
        await containers.PullAsync(registry.FullName(files.Repository), launch.Image, credential, cancellationToken).ConfigureAwait(false);
        var folder = Folder(launch.AgentId);
        Directory.CreateDirectory(folder.Root);
        folder.WriteImage(registry.PullReference(files.Repository, launch.Image));
        var change = VersionChange.Of(folder.ReadLaunch()?.ElizaVersion, launch.ElizaVersion);
        folder.WriteLaunch(launch);
        return new($"the engine has the image{(change is null ? "" : $"; {change.WithoutSnapshot("a Docker Engine takes none of volumes")}")}");
    }

    public async Task<bool> StartAsync(
        Guid agentId, IReadOnlyDictionary<string, string> secrets, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        await _changes.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var name = NameOf(agentId);
            var (launch, image) = (Folder(agentId).ReadLaunch(), Folder(agentId).ReadImage());
            if (launch is null || image is null)
                throw new InvalidOperationException($"Agent {agentId} is not prepared.");
            if (!await MakeRoomAsync(launch, image, cancellationToken).ConfigureAwait(false))
            {
                var variables = AgentEnvironment.Build(launch, Core.Images.RuntimeSettings.WorkingFolder, secrets, environment);
                var spec = ContainerSpec.Of(launch, image, name, options.HostNetwork, variables);
                if (!await containers.CreateAsync(name, spec, secrets.Values, cancellationToken).ConfigureAwait(false))
                    throw new InvalidOperationException($"The engine has a container {name} that was not there before; the next attempt looks at it.");
            }

            await containers.StartAsync(name, cancellationToken).ConfigureAwait(false);
            Log.Started(logger, agentId, launch.Revision, launch.Attempt, launch.Port);
            return true;
        }
        finally
        {
            _changes.Release();
        }
    }

    public async Task<AgentState> InspectAsync(Guid agentId, CancellationToken cancellationToken = default)
    {
        var container = await containers.FindAsync(NameOf(agentId), cancellationToken).ConfigureAwait(false);
        var started = container is null ? null : ContainerLabels.Read(container);
        if (container is { State.Running: true })
            return new AgentState.Running($"Container {container.ShortId}", Require(started, agentId).Port, started!);
        return Folder(agentId).ReadLaunch() is not { } launch ? new AgentState.NotPrepared()
            : started is null || !started.IsSameAs(launch) || container!.State.Status == "created" ? new AgentState.NotStarted(launch)
            : new AgentState.Exited(container.State.ExitCode, launch, DiagnosisOf(container.State, launch));
    }

    public Task<ElizaHealth> GetHealthAsync(Guid agentId, AgentState.Running running, string? token, CancellationToken cancellationToken) =>
        eliza.GetHealthAsync(running.Port, agentId, token, cancellationToken);

    public async Task SignalStopAsync(Guid agentId, bool kill, CancellationToken cancellationToken = default)
    {
        // One request is enough, and for ElizaOS another one is another shutdown beside the first.
        if (await containers.FindAsync(NameOf(agentId), cancellationToken).ConfigureAwait(false) is not { State.Running: true } container
            || (!kill && _asked.GetValueOrDefault(agentId) == container.Id))
        {
            return;
        }

        Require(ContainerLabels.Read(container), agentId);
        if (await containers.SignalAsync(container.Id, kill ? "SIGKILL" : "SIGTERM", cancellationToken).ConfigureAwait(false))
            Log.Signalled(logger, agentId, kill, container.ShortId);
        _asked[agentId] = container.Id;
    }

    public Task RemoveTemplateAsync(Guid agentId)
    {
        Folder(agentId).RemoveLaunch();
        return Task.CompletedTask;
    }

    public async Task RemoveAsync(Guid agentId, CancellationToken cancellationToken = default)
    {
        var name = NameOf(agentId);
        if (await containers.FindAsync(name, cancellationToken).ConfigureAwait(false) is { } container)
        {
            Require(ContainerLabels.Read(container), agentId);
            if (container.State.Running)
                throw new InvalidOperationException($"Agent {agentId} still runs: it must be gone before its data is removed.");
            await RemoveContainerAsync(container, keep: null, cancellationToken).ConfigureAwait(false);
        }

        await containers.RemoveVolumeAsync(name, cancellationToken).ConfigureAwait(false);
        var folder = Folder(agentId);
        // What was pulled and never started.
        if (folder.ReadImage() is { } image)
            await containers.RemoveImageAsync(image, cancellationToken).ConfigureAwait(false);
        if (Directory.Exists(folder.Root))
            Directory.Delete(folder.Root, recursive: true);
        _asked.TryRemove(agentId, out _);
    }

    /// <summary>The cursor is a time in microseconds. A line of more than 16 KiB comes in pieces, as the engine keeps it.</summary>
    public async Task<LogPage> ReadLogAsync(Guid agentId, long after, int limitBytes, CancellationToken cancellationToken = default)
    {
        var lines = await containers.ReadLogAsync(NameOf(agentId), after, tail: null, limitBytes, cancellationToken).ConfigureAwait(false);
        return new([.. lines.Select(line => new LogLine(line.Text))], lines.Count == 0 ? after : lines[^1].Microseconds);
    }

    public async Task<IReadOnlyList<LogLine>> ReadLogTailAsync(Guid agentId, int lines, CancellationToken cancellationToken = default) =>
        [.. (await containers.ReadLogAsync(NameOf(agentId), 0, lines, TailBytes, cancellationToken).ConfigureAwait(false)).Select(line => new LogLine(line.Text))];

    /// <summary>Nothing: the engine keeps each container's output within 64 MiB itself.</summary>
    public int TrimLogs() => 0;

    public void Dispose() => _changes.Dispose();

    private static string NameOf(Guid agentId) => $"agent-{agentId}";

    private static AgentLaunch Require(AgentLaunch? launch, Guid agentId) => launch?.AgentId == agentId
        ? launch
        : throw new InvalidOperationException($"The container {NameOf(agentId)} is not one that this system made; it is left alone.");

    // A process that the agent had started may have been the one that was killed, and the agent have gone on.
    private static Diagnosis? DiagnosisOf(DockerContainerState state, AgentLaunch launch) =>
        state is { OomKilled: true, ExitCode: KilledCode } ? PodProblem.OutOfMemory($"{launch.Resources.MemoryMiB} MiB", restarts: 0) : null;

    private AgentFolder Folder(Guid agentId) => new(options.AgentsFolder, agentId);

    /// <returns>Whether the container of this very launch is there, as after a create whose answer was lost.</returns>
    private async Task<bool> MakeRoomAsync(AgentLaunch launch, string image, CancellationToken cancellationToken)
    {
        if (await containers.FindAsync(NameOf(launch.AgentId), cancellationToken).ConfigureAwait(false) is not { } container)
            return false;
        var there = Require(ContainerLabels.Read(container), launch.AgentId);
        if (there.IsSameAs(launch))
            return true;
        if (container.State.Running)
        {
            throw new InvalidOperationException(
                $"Agent {launch.AgentId} still runs revision {there.Revision}, attempt {there.Attempt}: it must be gone before the next starts.");
        }

        await RemoveContainerAsync(container, keep: image, cancellationToken).ConfigureAwait(false);
        return false;
    }

    private async Task RemoveContainerAsync(DockerContainer container, string? keep, CancellationToken cancellationToken)
    {
        await containers.RemoveAsync(container.Id, cancellationToken).ConfigureAwait(false);
        if (container.Config.Image != keep)
            await containers.RemoveImageAsync(container.Config.Image, cancellationToken).ConfigureAwait(false);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Agent {AgentId} revision {Revision}, attempt {Attempt}, started as a container on port {Port}.")]
        public static partial void Started(ILogger logger, Guid agentId, int revision, int attempt, int port);

        [LoggerMessage(2, LogLevel.Information, "Agent {AgentId}: asked container {Container} to stop (kill: {Kill}).")]
        public static partial void Signalled(ILogger logger, Guid agentId, bool kill, string container);
    }
}
