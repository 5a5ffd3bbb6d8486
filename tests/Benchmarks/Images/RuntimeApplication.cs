using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MultiAgentInfra.Clients.Eliza;
using MultiAgentInfra.Clients.Npm;
using MultiAgentInfra.Clients.Processes;
using MultiAgentInfra.Core.Characters;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Benchmarks.Images;

/// <summary>What a runtime image is made of: ElizaOS as npm installs it for a real agent, kept for later runs.</summary>
internal sealed class RuntimeApplication
{
    private const string Plugin = "@elizaos/plugin-openai";
    private const double Megabyte = 1_000_000;

    private RuntimeApplication(string folder, string description) => (Folder, Description) = (folder, description);

    public string Folder { get; }

    public string Description { get; }

    /// <summary>Installs it with the product's npm client if no earlier run has; a quick run takes ElizaOS' core alone.</summary>
    public static async Task<RuntimeApplication> InstallAsync(BenchmarkContext context)
    {
        var catalogue = PluginCatalogue.Default;
        var plugin = catalogue.Plugins.First(plugin => plugin.Name == Plugin).Package;
        var plugins = PluginSet.Create(catalogue, [plugin]);
        if (context.IsQuick)
            plugins = plugins with { Packages = [.. plugins.Packages.Where(package => package.Name == "@elizaos/core")] };
        var packageJson = PackageJsonBuilder.Build(plugins);
        var folder = context.KeptFolder($"runtime-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(packageJson)))[..12]}");
        if (!Directory.Exists(folder))
            await InstallAsync(context, packageJson, folder);
        return new(folder, await DescribeAsync(folder, plugins, context.Stop));
    }

    /// <summary>Makes the layer one that was never seen, by the smallest change there is.</summary>
    public void Change() => File.WriteAllText(Path.Combine(Folder, "node_modules", ".benchmark"), Guid.NewGuid().ToString("N"));

    /// <summary>As CycloneDX.</summary>
    public async Task<byte[]> ListComponentsAsync(BenchmarkContext context)
    {
        var work = context.NewFolder();
        var packageJson = await File.ReadAllTextAsync(Path.Combine(Folder, "package.json"), context.Stop);
        var lockFile = await File.ReadAllTextAsync(Path.Combine(Folder, "package-lock.json"), context.Stop);
        return await Npm(work).ListComponentsAsync(packageJson, lockFile, "linux-x64", work, context.Stop);
    }

    private static NpmClient Npm(string work) =>
        new(new ProcessRunner(TimeProvider.System), Path.Combine(work, "cache"), NpmClient.DefaultEnvironment());

    private static async Task InstallAsync(BenchmarkContext context, string packageJson, string folder)
    {
        context.Progress.Say("installing ElizaOS with npm");
        var work = context.NewFolder();
        var partial = Directory.CreateDirectory(Path.Combine(work, "app")).FullName;
        var npm = Npm(work);
        var lockFile = await npm.ResolveLockFileAsync(packageJson, work, _ => { }, context.Stop);
        await File.WriteAllTextAsync(Path.Combine(partial, "package.json"), packageJson, context.Stop);
        await File.WriteAllTextAsync(Path.Combine(partial, "package-lock.json"), lockFile, context.Stop);
        await File.WriteAllTextAsync(Path.Combine(partial, ElizaLauncher.FileName), ElizaLauncher.Text, context.Stop);
        await npm.InstallAsync(partial, work, _ => { }, context.Stop);
        Directory.Move(partial, folder);
        Directory.Delete(work, recursive: true);
    }

    private static async Task<string> DescribeAsync(string folder, PluginSet plugins, CancellationToken stop)
    {
        var files = new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Where(file => file.LinkTarget is null).Select(file => file.Length).ToList();
        var onDisk = (await ExternalProgram.RunAsync("du", ["-s", "--block-size=1M", folder], stop)).Split('\t')[0];
        return string.Create(CultureInfo.InvariantCulture, $"The runtime: {string.Join(", ", plugins.Packages.Select(package => $"{package.Name}@{package.Version}"))} as npm installs them now: " +
            $"{files.Count:N0} files, {files.Sum() / Megabyte:N0} MB of content, {onDisk} MiB on the disk.");
    }
}
