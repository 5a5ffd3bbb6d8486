using Microsoft.Extensions.Logging.Abstractions;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Clients.Tests.Attestations;

/// <summary>The real registry, shared by the tests of this class.</summary>
public sealed class AttesterRegistry : IAsyncLifetime
{
    public RegistryProcess Process { get; private set; } = null!;

    public RemoteRegistry Registry { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        if (!Requires.Has("docker-registry"))
            return;
        Process = await RegistryProcess.StartAsync();
        Registry = new(new() { Address = Process.Address, Prefix = "team" }, Process.PathOf("spool"), TimeProvider.System, NullLogger<RemoteRegistry>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        Registry?.Dispose();
        if (Process is not null)
            await Process.DisposeAsync();
    }
}

[Trait("Needs", "Server")]
public sealed class RemoteAttesterTests(AttesterRegistry registry) : ImageAttesterTests, IClassFixture<AttesterRegistry>
{
    protected override Task<IImageRegistry> OpenAsync()
    {
        Requires.Program("docker-registry");
        return Task.FromResult<IImageRegistry>(registry.Registry);
    }

    protected override string BlobPath(Digest digest) =>
        registry.Process.PathOf($"data/docker/registry/v2/blobs/sha256/{digest.Hex[..2]}/{digest.Hex}/data");
}
