namespace MultiAgentInfra.Clients.Kubernetes;

/// <summary>An object of a cluster, by what never becomes another's.</summary>
/// <param name="Metadata">With the uid.</param>
internal sealed record AgentObject(KubernetesKind Kind, KubernetesMetadata Metadata);

/// <summary>The objects of one agent, found by its label. Nothing is removed unless the very same object was seen twice as the agent's and as unwanted.</summary>
internal sealed class AgentObjects(KubernetesClient client)
{
    /// <summary>What an agent leaves when its stack goes: its data, what was kept of it, and its secrets.</summary>
    private static readonly IReadOnlyList<KubernetesKind> Left = [KubernetesKind.Secret, KubernetesKind.Claim, KubernetesKind.Snapshot];

    /// <summary>Removes what a stack no longer makes.</summary>
    /// <returns>How many were removed.</returns>
    public Task<int> PruneAsync(Guid agentId, string space, IReadOnlyList<ManifestObject> wanted, CancellationToken cancellationToken) =>
        PruneAsync(agentId, space, KubernetesKind.OfStacks, [.. wanted.Select(manifest => (manifest.Kind, manifest.Name))], cancellationToken);

    /// <summary>Removes the agent's autoscaler, which would pull the replicas of the next stack within the bounds of the last one.</summary>
    public Task RemoveAutoscalerAsync(Guid agentId, string space, CancellationToken cancellationToken) =>
        PruneAsync(agentId, space, [KubernetesKind.Autoscaler], [], cancellationToken);

    /// <summary>Removes the snapshots of the agent's data that are not kept by their names.</summary>
    public Task PruneSnapshotsAsync(Guid agentId, string space, IEnumerable<string> kept, CancellationToken cancellationToken) =>
        PruneAsync(agentId, space, [KubernetesKind.Snapshot], [.. kept.Select(name => (KubernetesKind.Snapshot.Name, name))], cancellationToken);

    private async Task<int> PruneAsync(
        Guid agentId, string space, IReadOnlyList<KubernetesKind> kinds, HashSet<(string Kind, string Name)> kept, CancellationToken cancellationToken)
    {
        var unwanted = (await ListAsync(agentId, space, kinds, cancellationToken))
            .Where(seen => !kept.Contains((seen.Kind.Name, seen.Metadata.Name))).ToList();
        foreach (var first in unwanted)
        {
            var second = await client.FindAsync<KubernetesObject>(first.Kind, space, first.Metadata.Name, cancellationToken);
            if (second?.Metadata.Uid == first.Metadata.Uid && second.Metadata.AgentId == agentId)
                await client.DeleteAsync(first.Kind, second.Metadata, cancellationToken: cancellationToken);
        }

        return unwanted.Count;
    }

    /// <summary>Removes everything of the agent, in whatever namespace.</summary>
    /// <returns>What is still there, because something else has to let go of it first.</returns>
    public async Task<IReadOnlyList<AgentObject>> RemoveAllAsync(Guid agentId, string space, CancellationToken cancellationToken)
    {
        await RemoveCertificateAsync(agentId, space, cancellationToken);
        var kinds = KubernetesKind.OfStacks.Concat(Left).ToList();
        var first = (await ListAsync(agentId, null, kinds, cancellationToken)).Select(seen => seen.Metadata.Uid).ToHashSet();
        if (first.Count == 0)
            return [];
        foreach (var second in (await ListAsync(agentId, null, kinds, cancellationToken)).Where(seen => first.Contains(seen.Metadata.Uid)))
            await client.DeleteAsync(second.Kind, second.Metadata, cancellationToken: cancellationToken);
        return await ListAsync(agentId, null, kinds, cancellationToken);
    }

    /// <summary>It carries none of our labels, because cert-manager made it, and a name with the agent's id.</summary>
    private async Task RemoveCertificateAsync(Guid agentId, string space, CancellationToken cancellationToken)
    {
        var name = KubernetesNames.Certificate(agentId);
        var first = await client.FindAsync<KubernetesObject>(KubernetesKind.Secret, space, name, cancellationToken);
        if (first is not null && await client.FindAsync<KubernetesObject>(KubernetesKind.Secret, space, name, cancellationToken) is { } second && second.Metadata.Uid == first.Metadata.Uid)
            await client.DeleteAsync(KubernetesKind.Secret, second.Metadata, cancellationToken: cancellationToken);
    }

    /// <summary>What the agent's stack has made, in whatever namespace.</summary>
    public Task<IReadOnlyList<AgentObject>> ListAsync(Guid agentId, CancellationToken cancellationToken) => ListAsync(agentId, null, KubernetesKind.OfStacks, cancellationToken);

    private async Task<IReadOnlyList<AgentObject>> ListAsync(Guid agentId, string? space, IReadOnlyList<KubernetesKind> kinds, CancellationToken cancellationToken)
    {
        var lists = await Task.WhenAll(kinds.Select(kind => ListAsync(agentId, space, kind, cancellationToken)));
        return [.. lists.SelectMany(list => list)];
    }

    private async Task<IEnumerable<AgentObject>> ListAsync(Guid agentId, string? space, KubernetesKind kind, CancellationToken cancellationToken)
    {
        try
        {
            return (await client.ListAsync<KubernetesObject>(kind, space, KubernetesNames.Selector(agentId), cancellationToken: cancellationToken))
                .Select(found => new AgentObject(kind, found.Metadata));
        }
        // Not every cluster has snapshots.
        catch (ApiException exception) when (kind == KubernetesKind.Snapshot && AgentData.IsUnavailable(exception))
        {
            return [];
        }
    }
}
