using MultiAgentInfra.Clients.Oci;

namespace MultiAgentInfra.Clients.Tests.Oci;

public sealed class OciLayoutRegistryTests : ImageRegistryTests, IDisposable
{
    private readonly TemporaryLayout _temporary = new();

    protected override Task<IImageRegistry> OpenAsync() => Task.FromResult<IImageRegistry>(_temporary.Layout);

    public void Dispose() => _temporary.Dispose();
}
