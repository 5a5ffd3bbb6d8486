using MultiAgentInfra.Clients.Docker;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Clients.Tests.Docker;

/// <summary>One Docker Engine with a small base image, for a class of tests.</summary>
public sealed class EngineFixture : IAsyncLifetime
{
    public const string Base = "base:1";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("context-");
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

    /// <summary>A build of a Dockerfile with the context's other files.</summary>
    public DockerBuild Build(string dockerfile, string tag, string repository = "127.0.0.1:9/builds")
    {
        var folder = _folder.CreateSubdirectory(Guid.NewGuid().ToString("N")).FullName;
        File.WriteAllText(Path.Combine(folder, "Dockerfile"), dockerfile);
        File.WriteAllText(Path.Combine(folder, "package.json"), """{"name":"x"}""");
        var files = Directory.GetFiles(folder).ToDictionary(path => Path.GetFileName(path));
        return new(files, repository, tag, new Dictionary<string, string> { ["test.key"] = tag }, "linux/amd64", "host");
    }

    public async ValueTask DisposeAsync()
    {
        _connection?.Dispose();
        if (_engine is not null)
            await _engine.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
