using MultiAgentInfra.Clients.Local;
using MultiAgentInfra.Clients.Sqlite;

namespace MultiAgentInfra.Functions;

/// <summary>Which targets are configured, and whose agents they take.</summary>
public sealed class TargetAdmission(LocalTarget local, TargetOwnerStore owners) : IDisposable
{
    public const string Local = "local";

    public const string Reason =
        "The control plane does not run as root, so that it cannot separate its agents by user: one owner's agents could read another's secrets. "
        + "This installation has agents of another owner already.";

    private readonly SemaphoreSlim _turn = new(1, 1);

    public IReadOnlyList<string> Names { get; } = [Local];

    /// <summary>Does the work unless the target is for one owner and has another.</summary>
    /// <returns>Null when the organization is refused.</returns>
    public async Task<T?> AdmitAsync<T>(Guid organization, Func<Task<T>> create, CancellationToken cancellationToken) where T : class
    {
        if (!local.IsSingleOwner)
            return await create();

        // Two owners who come at once must not both find the target empty.
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await owners.HasOtherOwnerAsync(Local, organization, cancellationToken) ? null : await create();
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();
}
