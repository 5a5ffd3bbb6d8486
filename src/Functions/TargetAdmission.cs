using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Targets;

namespace MultiAgentInfra.Functions;

/// <summary>Which targets are configured, and whose agents they take.</summary>
public sealed class TargetAdmission(IAgentTarget target, TargetOwnerStore owners) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    public IReadOnlyList<string> Names { get; } = [target.Name];

    public bool HasClusters => target.HasClusters;

    /// <summary>Why an organization is refused.</summary>
    public string Reason => $"{target.Explanation} It has agents of another owner already.";

    /// <summary>Does the work unless the target is for one owner and has another.</summary>
    /// <returns>Null when the organization is refused.</returns>
    public async Task<T?> AdmitAsync<T>(Guid organization, Func<Task<T>> create, CancellationToken cancellationToken) where T : class
    {
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

    public void Dispose() => _turn.Dispose();
}
