using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Clients.Tests.Oci;

[Trait("Needs", "Server")]
public sealed class OpenRegistryTests(RunningRegistry.Open registry) : ImageRegistryTests, IClassFixture<RunningRegistry.Open>
{
    protected override Task<IImageRegistry> OpenAsync() => registry.OpenAsync();
}

[Trait("Needs", "Server")]
public sealed class PasswordRegistryTests(RunningRegistry.WithPassword registry) : ImageRegistryTests, IClassFixture<RunningRegistry.WithPassword>
{
    protected override Task<IImageRegistry> OpenAsync() => registry.OpenAsync();
}

[Trait("Needs", "Server")]
public sealed class TlsRegistryTests(RunningRegistry.WithTls registry) : ImageRegistryTests, IClassFixture<RunningRegistry.WithTls>
{
    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_a_clear_error()
    {
        var trusting = await registry.OpenAsync();
        var options = new RegistryOptions { Address = trusting.Name, Username = RegistryProcess.Username, Password = RegistryProcess.Password };
        using var stranger = new RemoteRegistry(options, Path.GetTempPath(), TimeProvider.System, NullLogger<RemoteRegistry>.Instance);

        var exception = await Assert.ThrowsAsync<ApiException>(() => stranger.ResolveAsync("a", "v1", CancellationToken.None));

        Assert.Contains($"HEAD {trusting.Name}/v2/a/manifests/v1 was not answered: The remote certificate is invalid", exception.Message, StringComparison.Ordinal);
    }

    protected override Task<IImageRegistry> OpenAsync() => registry.OpenAsync();
}

/// <summary>A real registry and our client of it, started by the first test that needs them and shared by its class.</summary>
public abstract class RunningRegistry(RegistrySettings settings) : IAsyncDisposable
{
    private readonly SemaphoreSlim _start = new(1, 1);
    private RegistryProcess? _process;
    private RemoteRegistry? _client;

    // Not when the class begins: a fixture cannot skip.
    public async Task<IImageRegistry> OpenAsync()
    {
        await _start.WaitAsync();
        try
        {
            _process ??= await RegistryProcess.StartAsync(settings);
            return _client ??= Connect(_process.Address, TimeProvider.System);
        }
        finally
        {
            _start.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _client?.Dispose();
        if (_process is not null)
            await _process.DisposeAsync();
        _start.Dispose();
    }

    /// <summary>Another client, by way of a proxy.</summary>
    public RemoteRegistry Connect(
        string address, TimeProvider time, ILogger<RemoteRegistry>? logger = null, (string Username, string Password)? pull = null)
    {
        var options = new RegistryOptions
        {
            Address = address,
            Username = settings.Password ? RegistryProcess.Username : null,
            Password = settings.Password ? RegistryProcess.Password : null,
            PullUsername = pull?.Username,
            PullPassword = pull?.Password,
            CertificateAuthorityFile = _process!.CertificateFile,
        };
        return new(options, _process.PathOf("uploads"), time, logger ?? NullLogger<RemoteRegistry>.Instance);
    }

    public sealed class Open() : RunningRegistry(new());

    public sealed class WithPassword() : RunningRegistry(new() { Password = true });

    public sealed class WithTls() : RunningRegistry(new() { Password = true, Tls = true });
}
