using MultiAgentInfra.Clients.Docker;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Clients.Tests.Docker;

/// <summary>One Docker Engine with a small base image, for a class of tests.</summary>
public sealed class EngineFixture : IAsyncLifetime
{
    public const string Base = "base:1";

    private DockerEngine? _engine;
    private DockerConnection? _connection;

    public DockerEngine Engine => _engine!;

    public DockerEngineClient Client { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        // A fixture that skips fails its class: each test asks for the engine itself.
        if (!Requires.Has("dockerd") || !Requires.Has("busybox"))
            return;
        _engine = await DockerEngine.StartAsync();
        await SmallImage.ImportAsync(_engine, Base);
        _connection = DockerConnection.To(new DockerOptions { Endpoint = _engine.Endpoint });
        Client = new(_connection, null, TimeProvider.System);
    }

    /// <summary>Skips the test where there is no engine.</summary>
    public static void Require()
    {
        Requires.Program("dockerd");
        Requires.Program("busybox");
    }

    public async ValueTask DisposeAsync()
    {
        _connection?.Dispose();
        if (_engine is not null)
            await _engine.DisposeAsync();
    }
}
