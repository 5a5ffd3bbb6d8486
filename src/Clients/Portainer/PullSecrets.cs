using MultiAgentInfra.Clients.Kubernetes;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core;

namespace MultiAgentInfra.Clients.Portainer;

/// <summary>Lets the pods of an owner's namespace pull images: with a registry that Portainer keeps, or with the account of the section Registry.</summary>
internal sealed class PullSecrets(PortainerClusters clusters, RemoteRegistry registry, int? registryId) : IDisposable
{
    private const string OwnName = "registry";

    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>The secret's name; null where the registry asks for no account.</summary>
    public string? Name => registryId is { } id ? NameOf(id) : registry.PullAccount is { Password: not null } ? OwnName : null;

    /// <returns>The secret's name; null where the registry asks for no account.</returns>
    public async Task<string?> EnsureAsync(int environment, Guid organizationId, CancellationToken cancellationToken)
    {
        if (registryId is { } id)
        {
            await GrantAsync(environment, id, KubernetesNames.Namespace(organizationId), cancellationToken);
            return NameOf(id);
        }

        if (registry.PullAccount is not { Password: { } password } credential)
            return null;
        await new ManifestWriter(clusters.Open(environment).Client).EnsureSecretAsync(AgentSecret.ForPull(OwnName, organizationId, credential), [password], cancellationToken);
        return OwnName;
    }

    public void Dispose() => _turn.Dispose();

    private static string NameOf(int id) => FormattableString.Invariant($"registry-{id}");

    // Portainer takes the list as a whole: two who add to it at the same time would take each other's away.
    private async Task GrantAsync(int environment, int id, string space, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var kept = await clusters.Client.FindRegistryAsync(id, cancellationToken)
                ?? throw new NonRetryableException($"Portainer has no registry {id}, which Portainer:RegistryId names.");
            var others = kept.NamespacesOf(environment).Where(given => given != space).ToList();
            var isGiven = others.Count < kept.NamespacesOf(environment).Count;
            if (isGiven && await clusters.Open(environment).Client.FindAsync<KubernetesObject>(KubernetesKind.Secret, space, NameOf(id), cancellationToken) is not null)
                return;
            // Portainer acts on what the list has more or less than before: a secret that is gone all the same comes back with a second time.
            if (isGiven)
                await clusters.Client.SetRegistryNamespacesAsync(environment, id, others, cancellationToken);
            await clusters.Client.SetRegistryNamespacesAsync(environment, id, [.. others, space], cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }
}
