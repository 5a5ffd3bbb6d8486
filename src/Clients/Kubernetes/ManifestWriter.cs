using System.Text.Json.Nodes;

namespace MultiAgentInfra.Clients.Kubernetes;

/// <summary>Makes objects be as they are meant to be, past any stack: policies of owners, and secrets.</summary>
internal sealed class ManifestWriter(KubernetesClient client)
{
    /// <summary>Makes the object, or changes what differs of it; what others have added to it stays.</summary>
    public async Task EnsureAsync(ManifestObject manifest, CancellationToken cancellationToken)
    {
        var kind = KubernetesKind.Of(manifest);
        var there = await client.FindAsync<JsonObject>(kind, manifest.Namespace, manifest.Name, cancellationToken);
        if (there is null && await client.CreateAsync(manifest, cancellationToken: cancellationToken))
            return;
        there ??= await client.FindAsync<JsonObject>(kind, manifest.Namespace, manifest.Name, cancellationToken);
        if (!IsPart(manifest.Json, there))
            await client.PatchAsync(kind, manifest.Namespace, manifest.Name, manifest.Json, cancellationToken: cancellationToken);
    }

    /// <summary>Makes the secret, or replaces what it holds; nothing is written when it holds the same.</summary>
    public async Task EnsureSecretAsync(ManifestObject secret, IEnumerable<string> values, CancellationToken cancellationToken)
    {
        var there = await client.FindAsync<JsonObject>(KubernetesKind.Secret, secret.Namespace, secret.Name, cancellationToken);
        if (there is null && await client.CreateAsync(secret, values, cancellationToken: cancellationToken))
            return;
        if (!JsonNode.DeepEquals(there?["data"], secret.Json["data"]) || !IsPart(secret.Json["metadata"], there?["metadata"]))
            await client.ReplaceAsync(secret, values, cancellationToken);
    }

    /// <summary>Why the API server does not take an object, without making it; null when it does.</summary>
    public async Task<ApiException?> TryAsync(ManifestObject manifest, CancellationToken cancellationToken)
    {
        try
        {
            if (!await client.CreateAsync(manifest, dryRun: true, cancellationToken: cancellationToken))
                await client.PatchAsync(KubernetesKind.Of(manifest), manifest.Namespace, manifest.Name, manifest.Json, dryRun: true, cancellationToken: cancellationToken);
            return null;
        }
        catch (ApiException exception) when (!exception.IsUnknown)
        {
            return exception;
        }
    }

    /// <summary>Whether all that is wanted is there; lists must be the same.</summary>
    private static bool IsPart(JsonNode? wanted, JsonNode? there) => (wanted, there) switch
    {
        (JsonObject some, JsonObject all) => some.All(property => IsPart(property.Value, all[property.Key])),
        // The API server leaves empty lists out.
        (JsonArray { Count: 0 }, null) => true,
        (JsonArray some, JsonArray all) => some.Count == all.Count && some.Zip(all).All(pair => IsPart(pair.First, pair.Second)),
        _ => JsonNode.DeepEquals(wanted, there),
    };
}
