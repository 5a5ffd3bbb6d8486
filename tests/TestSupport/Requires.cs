namespace MultiAgentInfra.TestSupport;

/// <summary>What a test needs of the machine: where it is missing the test is skipped with the reason, and in CI it fails.</summary>
public static class Requires
{
    /// <summary>A program on the PATH; eng/test-packages.txt says which package has it.</summary>
    public static void Program(string name)
    {
        if (Has(name))
            return;
        var reason = $"{name} is not installed: it is a server, or a tool that asks one.";
        Assert.False(Environment.GetEnvironmentVariable("CI") == "true", reason);
        Assert.Skip(reason);
    }

    /// <summary>For a test that does less, not nothing, without the program.</summary>
    public static bool Has(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Any(folder => File.Exists(Path.Combine(folder, name)));
}
