using System.Diagnostics;

namespace MultiAgentInfra.Clients.Local;

/// <summary>Whether the agents of this machine are kept apart from each other by one user id each.</summary>
/// <param name="SingleOwner">True when they are not: then all agents must belong to one owner.</param>
/// <param name="Explanation">A sentence for people that says so, and why.</param>
public sealed record LocalIsolation(bool SingleOwner, string Explanation)
{
    // An id of the range that agents get; it needs no entry in the user database.
    private const string ProbeUser = "210000";
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Creates the folders with their modes, and tries what isolation needs.</summary>
    /// <exception cref="PlatformNotSupportedException">This is not Linux.</exception>
    public static LocalIsolation Detect(LocalTargetOptions options)
    {
        if (!OperatingSystem.IsLinux())
            throw new PlatformNotSupportedException("The local target runs agents on Linux only; elsewhere use WSL, a container, or another target.");
        Directory.CreateDirectory(options.AgentsFolder);
        Directory.CreateDirectory(options.RuntimesFolder);
        if (!Environment.IsPrivilegedProcess)
            return Shared("this process is not root");
        Unix.SetMode(options.AgentsFolder, Unix.TraverseOnly);
        Unix.SetMode(options.RuntimesFolder, Unix.ReadableByAll);
        if (!Probe("-x", options.NodePath))
            return Shared($"another user cannot run {options.NodePath}, or setpriv is missing");
        foreach (var folder in (string[])[options.AgentsFolder, options.RuntimesFolder])
        {
            if (!Probe("-x", folder))
                return Shared($"another user cannot reach {folder}");
        }
        return new LocalIsolation(false, "Each agent runs as a user of its own.");
    }

    private static LocalIsolation Shared(string reason) =>
        new(true, $"This server is for one owner: its agents run as the same user and could read each other's data, because {reason}.");

    private static bool Probe(string test, string path)
    {
        var start = new ProcessStartInfo("setpriv", [$"--reuid={ProbeUser}", $"--regid={ProbeUser}", "--clear-groups", "--no-new-privs", "--", "test", test, path]);
        try
        {
            using var process = Process.Start(start);
            return process is not null && process.WaitForExit(ProbeTimeout) && process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
