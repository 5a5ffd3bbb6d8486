using MultiAgentInfra.Clients.Eliza;

namespace MultiAgentInfra.Clients.Builds;

/// <summary>Where the host builds the runtime of one plugin set; removed when the image is in the registry.</summary>
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
        await File.WriteAllTextAsync(Path.Combine(app, "package.json"), context.PackageJson, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(app, "package-lock.json"), context.LockFile, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(app, ElizaLauncher.FileName), ElizaLauncher.Text, cancellationToken);
    }

    public void Remove(string pluginSetKey)
    {
        if (Directory.Exists(Work(pluginSetKey)))
            Directory.Delete(Work(pluginSetKey), recursive: true);
    }
}
