using Microsoft.Extensions.Logging.Abstractions;
using MultiAgentInfra.Clients;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Functions.Tests;

/// <summary>On the real registry.</summary>
[Trait("Needs", "Server")]
public sealed class RemoteRetentionTests : RetentionSweeperTests
{
    private RegistryProcess? _process;
    private RemoteRegistry? _registry;

    public override async ValueTask DisposeAsync()
    {
        _registry?.Dispose();
        if (_process is not null)
            await _process.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override async Task<IImageRegistry> OpenAsync(DataFolder folder)
    {
        _process = await RegistryProcess.StartAsync();
        return _registry = new(
            new() { Address = _process.Address, Prefix = "team/bots" }, _process.PathOf("spool"), TimeProvider.System, NullLogger<RemoteRegistry>.Instance);
    }
}
