using System.Text.Json;
using MultiAgentInfra.Clients;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core;
using MultiAgentInfra.Functions.Http;

namespace MultiAgentInfra.Functions;

/// <summary>Which targets are configured, and whose agents they take.</summary>
public sealed class TargetAdmission(IAgentTarget target, TargetOwnerStore owners, ClusterStore clusters, IClusterDirectory directory) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly SemaphoreSlim _turn = new(1, 1);

    public IReadOnlyList<string> Names { get; } = [target.Name];

    public bool HasClusters => target.HasClusters;

    /// <summary>Why an organization is refused.</summary>
    public string Reason => $"{target.Explanation} It has agents of another owner already.";

    /// <summary>Does the work unless the target is for one owner and has another.</summary>
    /// <returns>Null when the organization is refused.</returns>
    /// <exception cref="ProblemException">The target is one cluster, and drained.</exception>
    public async Task<T?> AdmitAsync<T>(Guid organization, Func<Task<T>> create, CancellationToken cancellationToken) where T : class
    {
        // Where there are several clusters none has the target's name, and each deployment finds one that is not drained.
        if ((await clusters.ListDrainedAsync(cancellationToken)).Contains(target.Name))
            throw new ProblemException(Problems.ClusterDrained(target.Name));
        if (!target.SingleOwner)
            return await create();

        // Two owners who come at once must not both find the target empty.
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await owners.HasOtherOwnerAsync(target.Name, organization, cancellationToken) ? null : await create();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Reports a cluster that is not known. When that cannot be said at once, the deployment will.</summary>
    public async Task CheckClusterAsync(JsonElement body, ICollection<FieldError> errors, CancellationToken cancellationToken)
    {
        if (!HasClusters || body.ValueKind != JsonValueKind.Object || !body.TryGetProperty("cluster", out var json) || json.ValueKind != JsonValueKind.String)
            return;
        try
        {
            var ids = (await directory.ListAsync(cancellationToken).WaitAsync(Patience, TimeProvider.System, cancellationToken)).Select(cluster => cluster.Id).ToList();
            if (!ids.Contains(json.GetString()!))
                errors.Add(new("cluster", $"is not known; known: {string.Join(", ", ids)}"));
        }
        catch (Exception exception) when (exception is ApiException or TimeoutException)
        {
        }
    }

    public void Dispose() => _turn.Dispose();
}
