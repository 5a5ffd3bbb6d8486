using System.Diagnostics;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Clients.Tests.Kubernetes.Manifests;

/// <summary>Asks programs of others about YAML files: kubernetes-models knows the types and required fields of the Kubernetes API.</summary>
internal static class ManifestChecker
{
    private static readonly string Scripts = Path.Combine(GoldenFiles.Root, "tests", "Clients.Tests", "Kubernetes", "Manifests");

    private static string Yaml => Path.GetDirectoryName(Requires.NpmPackage("yaml", "package.json"))!;

    /// <summary>Skips the test where the packages are not installed.</summary>
    /// <returns>A line per problem; the last says how many objects were known.</returns>
    public static Task<IReadOnlyList<string>> CheckAsync(IEnumerable<string> files) =>
        RunAsync(["check-manifests.mjs", Path.GetDirectoryName(Requires.NpmPackage("kubernetes-models", "package.json"))!, Yaml, .. files]);

    /// <summary>Reads one document with another reader than ours. Skips the test where the package is not installed.</summary>
    /// <returns>It as JSON, by YAML 1.1 and by YAML 1.2.</returns>
    public static Task<IReadOnlyList<string>> ReadAsync(string file) => RunAsync(["read-yaml.mjs", Yaml, file]);

    private static async Task<IReadOnlyList<string>> RunAsync(string[] command)
    {
        Requires.Program("node");
        using var node = new Process
        {
            StartInfo = new("node", [Path.Combine(Scripts, command[0]), .. command[1..]]) { RedirectStandardOutput = true, RedirectStandardError = true },
        };
        node.Start();
        var errors = node.StandardError.ReadToEndAsync();
        var output = await node.StandardOutput.ReadToEndAsync();
        await node.WaitForExitAsync();
        Assert.Equal("", await errors);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
