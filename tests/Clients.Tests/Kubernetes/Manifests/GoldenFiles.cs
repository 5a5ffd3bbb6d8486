namespace MultiAgentInfra.Clients.Tests.Kubernetes.Manifests;

/// <summary>Manifests as they are kept beside the tests; <c>SAVE_MANIFESTS=1</c> writes them anew.</summary>
internal static class GoldenFiles
{
    public static string Root { get; } = FindRoot();

    public static string Folder { get; } = Path.Combine(Root, "tests", "Clients.Tests", "Kubernetes", "Manifests", "Golden");

    public static void Check(string name, string text)
    {
        var path = Path.Combine(Folder, name);
        if (Environment.GetEnvironmentVariable("SAVE_MANIFESTS") == "1")
            File.WriteAllText(path, text);
        Assert.Equal(File.Exists(path) ? File.ReadAllText(path) : "", text);
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "MultiAgentInfra.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside of the source tree.");
        return folder.FullName;
    }
}
