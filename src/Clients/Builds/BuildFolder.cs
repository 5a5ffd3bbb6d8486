using MultiAgentInfra.Clients.Eliza;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Builds;

/// <summary>What the runtime of one plugin set is built from, and on this machine also built in; removed when the image is released.</summary>
public sealed class BuildFolder(DataFolder data)
{
    /// <summary>Logs and process records of the build.</summary>
    public string Work(string pluginSetKey) => data.BuildOf(pluginSetKey);

    /// <summary>What becomes <c>/app</c> of the image.</summary>
    public string App(string pluginSetKey) => Path.Combine(Work(pluginSetKey), "app");

    public async Task WriteAsync(string pluginSetKey, BuildContext context, CancellationToken cancellationToken)
    {
        var app = Directory.CreateDirectory(App(pluginSetKey)).FullName;
        await File.WriteAllTextAsync(Path.Combine(Work(pluginSetKey), "Dockerfile"), context.Dockerfile, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(Work(pluginSetKey), ".dockerignore"), DockerfileBuilder.DockerIgnore, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(app, "package.json"), context.PackageJson, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(app, "package-lock.json"), context.LockFile, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(app, ElizaLauncher.FileName), ElizaLauncher.Text, cancellationToken);
    }

    /// <summary>What <see cref="WriteAsync"/> wrote, by its names in the context of a build on an engine.</summary>
    public IReadOnlyDictionary<string, string> Context(string pluginSetKey) => new Dictionary<string, string>
    {
        ["Dockerfile"] = Path.Combine(Work(pluginSetKey), "Dockerfile"),
        [".dockerignore"] = Path.Combine(Work(pluginSetKey), ".dockerignore"),
        ["package.json"] = Path.Combine(App(pluginSetKey), "package.json"),
        ["package-lock.json"] = Path.Combine(App(pluginSetKey), "package-lock.json"),
        [ElizaLauncher.FileName] = Path.Combine(App(pluginSetKey), ElizaLauncher.FileName),
    };

    public void Remove(string pluginSetKey)
    {
        if (Directory.Exists(Work(pluginSetKey)))
            Directory.Delete(Work(pluginSetKey), recursive: true);
    }
}
