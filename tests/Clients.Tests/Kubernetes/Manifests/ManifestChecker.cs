using System.Diagnostics;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Clients.Tests.Kubernetes.Manifests;

/// <summary>Asks kubernetes-models, which knows the types and required fields of the Kubernetes API, about YAML files.</summary>
internal static class ManifestChecker
{
    /// <summary>Skips the test where the packages are not installed.</summary>
    /// <returns>A line per problem; the last says how many objects were known.</returns>
    public static async Task<IReadOnlyList<string>> CheckAsync(IEnumerable<string> files)
    {
        Requires.Program("node");
        string[] arguments =
        [
            Path.Combine(GoldenFiles.Root, "tests", "Clients.Tests", "Kubernetes", "Manifests", "check-manifests.mjs"),
            Path.GetDirectoryName(Requires.NpmPackage("kubernetes-models", "package.json"))!,
            Path.GetDirectoryName(Requires.NpmPackage("yaml", "package.json"))!,
            .. files,
        ];
        using var node = new Process { StartInfo = new("node", arguments) { RedirectStandardOutput = true, RedirectStandardError = true } };
        node.Start();
        var errors = node.StandardError.ReadToEndAsync();
        var output = await node.StandardOutput.ReadToEndAsync();
        await node.WaitForExitAsync();
        Assert.Equal("", await errors);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
