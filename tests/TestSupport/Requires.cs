namespace MultiAgentInfra.TestSupport;

/// <summary>What a test needs of the machine: where it is missing the test is skipped with the reason, and in CI it fails.</summary>
public static class Requires
{
    /// <summary>A program on the PATH; eng/test-packages.txt says which package has it.</summary>
    public static void Program(string name)
    {
        if (!Has(name))
            Skip(name);
    }

    /// <summary>A package of eng/test-npm-packages.txt, which <c>./test</c> installs below artifacts/npm.</summary>
    /// <param name="file">One of its files.</param>
    /// <returns>The file's path.</returns>
    public static string NpmPackage(string name, string file)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "eng", "test-npm-packages.txt")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run below the source tree.");
        var version = File.ReadLines(Path.Combine(folder.FullName, "eng", "test-npm-packages.txt"))
            .Select(line => line.Split(' ')).Single(parts => parts[0] == name)[1];
        var path = Path.Combine(folder.FullName, "artifacts", "npm", $"{name}@{version}", "node_modules", name, file);
        if (!File.Exists(path))
            Skip(name);
        return path;
    }

    /// <summary>For a test that does less, not nothing, without the program.</summary>
    public static bool Has(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Any(folder => File.Exists(Path.Combine(folder, name)));

    private static void Skip(string name)
    {
        var reason = $"{name} is not installed: it is a server, or a tool that asks one.";
        Assert.False(Environment.GetEnvironmentVariable("CI") == "true", reason);
        Assert.Skip(reason);
    }
}
