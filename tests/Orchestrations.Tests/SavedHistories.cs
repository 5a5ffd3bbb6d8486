using MultiAgentInfra.EmbeddedRuntime;
using MultiAgentInfra.EmbeddedRuntime.Engine;

namespace MultiAgentInfra.Orchestrations.Tests;

/// <summary>The histories in the source tree; SAVE_HISTORIES=1 adds those that are missing and never replaces one.</summary>
internal static class SavedHistories
{
    private const string Suffix = "Orchestrator";

    private static readonly string Folder = Path.Combine(FindRoot(), "tests", "Orchestrations.Tests", "Histories");

    public static IEnumerable<string> Names => FilesIn(Folder);

    public static IEnumerable<string> BrokenNames => FilesIn(Path.Combine(Folder, "broken")).Select(name => $"broken/{name}");

    public static string ReadText(string name) => File.ReadAllText(Path.Combine(Folder, name));

    public static InstanceHistory Read(string name) => HistoryFile.Read(Path.Combine(Folder, name));

    public static void Replay(InstanceHistory history) =>
        HistoryReplay.Run(history, new DurableTaskRegistry().AddOrchestrations(), new NoServices());

    /// <summary>A file's name without its path through the orchestrator; no version counts as the first.</summary>
    public static string Prefix(string orchestrator, string? version) =>
        $"{(orchestrator.EndsWith(Suffix, StringComparison.Ordinal) ? orchestrator[..^Suffix.Length] : orchestrator)}.v{(string.IsNullOrEmpty(version) ? "1" : version)}.";

    public static void SaveIfAsked(string path, InstanceHistory history)
    {
        if (Environment.GetEnvironmentVariable("SAVE_HISTORIES") != "1")
            return;
        var file = Path.Combine(Folder, $"{Prefix(history.Orchestrator, history.Version)}{path[(path.IndexOf('.', StringComparison.Ordinal) + 1)..]}.json");
        if (!File.Exists(file))
            File.WriteAllText(file, HistoryFile.Write(history));
    }

    private static IEnumerable<string> FilesIn(string folder) =>
        Directory.EnumerateFiles(folder, "*.json").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "MultiAgentInfra.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests run outside of the source tree.");
    }

    private sealed class NoServices : IServiceProvider
    {
        public object? GetService(Type serviceType) => null;
    }
}
