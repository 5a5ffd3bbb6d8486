using MultiAgentInfra.Clients.Local;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Sqlite;

namespace MultiAgentInfra.Functions.Maintenance;

/// <summary>Removes what nobody refers to any more, and bounds what grows: answers kept for replays, layers of deleted agents, logs.</summary>
public sealed class Housekeeping(AgentStore agents, OciLayout registry, LocalTarget target)
{
    // Longer than any build, whose blobs are in the registry before the manifest that refers to them.
    private static readonly TimeSpan Grace = TimeSpan.FromHours(6);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await agents.PurgeAsync(cancellationToken);
        await registry.CollectGarbageAsync(Grace, cancellationToken);
        target.TrimLogs();
    }
}
