using System.Net;
using System.Text.Json.Nodes;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core;

namespace MultiAgentInfra.Clients.Kubernetes;

/// <summary>
/// Keeps a singleton's data across versions of ElizaOS: a snapshot of its volume before another version writes to it, and a volume made from that
/// snapshot when the same operation goes back. Each call looks, does the next thing, and says what it waits for. What is next is read from the cluster,
/// so that it goes on wherever it was cut off: a snapshot is taken while the claim tells the old version, the old claim is deleted when its snapshot
/// can be used, and where there is no claim and a snapshot, that is where the data is.
/// </summary>
internal sealed class AgentData(KubernetesCluster cluster)
{
    private static readonly Preparation Nothing = new("");

    private readonly KubernetesClient _client = cluster.Client;

    /// <param name="before">What was prepared before; null when that is not known.</param>
    /// <returns>With an empty sentence where the data stays as it is.</returns>
    /// <exception cref="InvalidOperationException">The data is to be copied or put back, and the agent still runs.</exception>
    public async Task<Preparation> KeepAsync(AgentLaunch launch, AgentLaunch? before, CancellationToken cancellationToken)
    {
        var isReplicable = launch.Deployment?.Replicable == true;
        var space = KubernetesNames.Namespace(launch.OrganizationId);
        var claim = await _client.FindAsync<KubernetesClaim>(KubernetesKind.Claim, space, KubernetesNames.Claim(launch.AgentId), cancellationToken);
        if (claim is null && !isReplicable)
            return await RecreateAsync(launch, space, cancellationToken);
        if (claim is { Metadata.DeletionTimestamp: not null } && !isReplicable)
            return Waiting($"the cluster is deleting claim {claim.Metadata.Name}");

        var note = claim is null ? null : DataNote.Read(claim.Metadata.Annotations?.GetValueOrDefault(KubernetesNames.DataAnnotation)) ?? await AdoptAsync(claim, launch, before, cancellationToken);
        if (isReplicable)
            return Told(VersionChange.Of(before?.ElizaVersion, launch.ElizaVersion)?.WithoutSnapshot("it is in a PostgreSQL, which is its owner's to back up"));
        if (VersionChange.Of(note?.Version, launch.ElizaVersion) is null)
            return Told(note?.Tell(launch.OperationId));

        if (!(await AgentSight.LookAsync(cluster, launch.AgentId, since: null, cancellationToken)).IsGone)
            throw new InvalidOperationException($"Agent {launch.AgentId} still runs: it must be gone before another version of ElizaOS gets its data.");
        return note!.IsUndoneBy(launch)
            ? await GoBackAsync(claim!, launch, note, cancellationToken)
            : await TakeAsync(claim!, launch, note, cancellationToken);
    }

    /// <summary>A StatefulSet has made the claim, and it tells nothing yet.</summary>
    private async Task<DataNote?> AdoptAsync(KubernetesClaim claim, AgentLaunch launch, AgentLaunch? before, CancellationToken cancellationToken)
    {
        var set = await _client.FindAsync<KubernetesWorkload>(KubernetesKind.StatefulSet, claim.Metadata.Namespace, KubernetesNames.Agent(launch.AgentId), cancellationToken);
        var version = (KubernetesNames.ReadLaunch(set?.Metadata.Annotations) ?? before)?.ElizaVersion ?? launch.ElizaVersion;
        return version is null ? null : await WriteAsync(claim, new(version), cancellationToken);
    }

    private async Task<Preparation> TakeAsync(KubernetesClaim claim, AgentLaunch launch, DataNote note, CancellationToken cancellationToken)
    {
        var space = claim.Metadata.Namespace!;
        // A volume that was never made holds what it is to be made from.
        var name = claim.IsBound ? KubernetesNames.Snapshot(launch.AgentId, launch.Revision, launch.Attempt) : claim.Spec.DataSource?.Name;
        var next = new DataNote(launch.ElizaVersion!, launch.OperationId, note.Version);
        if (name is null)
            return await GoOnAsync(next with { Missing = "its volume was never made" });
        var (snapshot, className, why) = await FindAsync(claim, name, cancellationToken);
        if (why is not null)
            return await GoOnAsync(next with { Missing = why });
        if (className is not null)
        {
            await _client.CreateAsync(SnapshotManifest.Of(claim, launch, className, note), cancellationToken: cancellationToken);
            return Waiting($"snapshot {name} of the agent's data is made");
        }

        if (!snapshot!.IsReady)
            return WaitingFor(snapshot);
        // Until the version that it is of has run again, a snapshot may be the only one that this version can read.
        string[] kept = note.From == launch.ElizaVersion && note.Snapshot is { } older ? [name, older] : [name];
        await new AgentObjects(_client).PruneSnapshotsAsync(launch.AgentId, space, kept, cancellationToken);
        return await GoOnAsync(next with { Snapshot = name });

        async Task<Preparation> GoOnAsync(DataNote written) => Told((await WriteAsync(claim, written, cancellationToken)).Tell(launch.OperationId));
    }

    private async Task<Preparation> GoBackAsync(KubernetesClaim claim, AgentLaunch launch, DataNote note, CancellationToken cancellationToken)
    {
        if (note.Snapshot is null)
        {
            var back = new DataNote(launch.ElizaVersion!, launch.OperationId, note.Version, Missing: note.Missing);
            return Told((await WriteAsync(claim, back, cancellationToken)).Tell(launch.OperationId));
        }

        var (space, name) = (claim.Metadata.Namespace!, claim.Metadata.Name);
        var snapshot = await _client.FindAsync<KubernetesSnapshot>(KubernetesKind.Snapshot, space, note.Snapshot, cancellationToken);
        if (snapshot is null || SnapshotManifest.ReadClaim(snapshot, launch) is null)
            throw new NonRetryableException($"The agent's data cannot be put back: snapshot {note.Snapshot} is not there any more as it was taken. Claim {name} is left as it is.");
        if (!snapshot.IsReady)
            return WaitingFor(snapshot);
        var second = await _client.FindAsync<KubernetesClaim>(KubernetesKind.Claim, space, name, cancellationToken);
        if (second?.Metadata.Uid == claim.Metadata.Uid && second.Metadata.AgentId == launch.AgentId)
            await _client.DeleteAsync(KubernetesKind.Claim, second.Metadata, cancellationToken: cancellationToken);
        return Waiting($"claim {name} is deleted, to be made from snapshot {note.Snapshot}");
    }

    /// <summary>Nothing is to be done for an agent without a snapshot: its StatefulSet makes the claim.</summary>
    private async Task<Preparation> RecreateAsync(AgentLaunch launch, string space, CancellationToken cancellationToken)
    {
        var snapshot = (await ListAsync(launch.AgentId, space, cancellationToken)).MaxBy(found => (found.IsReady, found.Metadata.CreationTimestamp));
        if (snapshot is null || SnapshotManifest.ReadClaim(snapshot, launch) is not { } claim)
            return Nothing;
        if (!snapshot.IsReady)
            return WaitingFor(snapshot);
        await _client.CreateAsync(claim, cancellationToken: cancellationToken);
        return Waiting($"claim {claim.Name} is made from snapshot {snapshot.Metadata.Name}");
    }

    /// <summary>The snapshot of that name, or else the class to make it of, or else why there is none.</summary>
    private async Task<(KubernetesSnapshot? Found, string? ClassName, string? Why)> FindAsync(KubernetesClaim claim, string name, CancellationToken cancellationToken)
    {
        try
        {
            if (await _client.FindAsync<KubernetesSnapshot>(KubernetesKind.Snapshot, claim.Metadata.Namespace, name, cancellationToken) is { } found)
                return (found, null, null);
            var storage = claim.Spec.StorageClassName is { Length: > 0 } storageClass
                ? await _client.FindAsync<KubernetesStorageClass>(KubernetesKind.StorageClass, null, storageClass, cancellationToken)
                : null;
            var fitting = (await _client.ListAsync<KubernetesSnapshotClass>(KubernetesKind.SnapshotClass, null, cancellationToken: cancellationToken))
                .Where(candidate => candidate.Driver == storage?.Provisioner)
                .OrderByDescending(candidate => candidate.IsDefault).ThenByDescending(candidate => candidate.DeletionPolicy == "Delete")
                .ThenBy(candidate => candidate.Metadata.Name, StringComparer.Ordinal).FirstOrDefault();
            return fitting is not null
                ? (null, fitting.Metadata.Name, null)
                : (null, null, $"the cluster has no VolumeSnapshotClass for {(storage is null ? "volumes without a StorageClass" : $"driver {storage.Provisioner}")}");
        }
        catch (ApiException exception) when (IsUnavailable(exception))
        {
            return (null, null, exception.Status == HttpStatusCode.Forbidden
                ? $"the cluster does not let one be taken: {exception.Words}"
                : "the cluster has no snapshots of volumes (snapshot.storage.k8s.io/v1)");
        }
    }

    private async Task<IReadOnlyList<KubernetesSnapshot>> ListAsync(Guid agentId, string space, CancellationToken cancellationToken)
    {
        try
        {
            return await _client.ListAsync<KubernetesSnapshot>(KubernetesKind.Snapshot, space, KubernetesNames.Selector(agentId), cancellationToken: cancellationToken);
        }
        catch (ApiException exception) when (IsUnavailable(exception))
        {
            return [];
        }
    }

    private async Task<DataNote> WriteAsync(KubernetesClaim claim, DataNote note, CancellationToken cancellationToken)
    {
        // With the uid: the note is of this very volume.
        var metadata = new JsonObject { ["uid"] = claim.Metadata.Uid, ["annotations"] = new JsonObject { [KubernetesNames.DataAnnotation] = note.Write() } };
        if (!await _client.PatchAsync(KubernetesKind.Claim, claim.Metadata.Namespace, claim.Metadata.Name, new() { ["metadata"] = metadata }, cancellationToken: cancellationToken))
            throw new InvalidOperationException($"Claim {claim.Metadata.Name} went away while it was looked at.");
        return note;
    }

    /// <summary>There is no such API, or none for this key.</summary>
    internal static bool IsUnavailable(ApiException exception) => exception.Status is HttpStatusCode.NotFound or HttpStatusCode.Forbidden;

    private static Preparation WaitingFor(KubernetesSnapshot snapshot) => Waiting(
        $"snapshot {snapshot.Metadata.Name} of the agent's data is not ready{(snapshot.Status?.Error?.Message is { } words ? $": {words}" : "")}");

    private static Preparation Waiting(string what) => new(what, IsReady: false);

    private static Preparation Told(string? what) => what is null ? Nothing : new(what);
}
