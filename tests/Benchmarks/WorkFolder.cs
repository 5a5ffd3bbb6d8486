namespace MultiAgentInfra.Benchmarks;

/// <summary>Where the databases of one run are; the run removes it.</summary>
internal static class WorkFolder
{
    public static string Create(string? parent) =>
        Directory.CreateDirectory(Path.Combine(parent ?? Path.Combine(Root(), "artifacts", "benchmarks"), Guid.NewGuid().ToString("N"))).FullName;

    /// <summary>What cannot be removed is named, so that the reason for it, if there is one, is not lost.</summary>
    public static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (IOException exception)
        {
            Console.Error.WriteLine($"{folder} is left: {exception.Message}");
        }
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "MultiAgentInfra.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("Not below the repository: give a folder with --data.");
    }
}
