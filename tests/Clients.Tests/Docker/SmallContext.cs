using MultiAgentInfra.Clients.Docker;

namespace MultiAgentInfra.Clients.Tests.Docker;

/// <summary>The files of a small build, gone after the test.</summary>
internal sealed class SmallContext : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("context-");

    public SmallContext(string dockerfile)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "Dockerfile"), dockerfile);
        File.WriteAllText(Path.Combine(_folder.FullName, "package.json"), """{"name":"x"}""");
    }

    public DockerBuild Build(string tag) => new(
        Directory.GetFiles(_folder.FullName).ToDictionary(path => Path.GetFileName(path)),
        "127.0.0.1:9/builds",
        tag,
        new Dictionary<string, string> { ["test.key"] = tag },
        new Dictionary<string, string>(),
        "linux/amd64",
        "host");

    public void Dispose() => _folder.Delete(recursive: true);
}
