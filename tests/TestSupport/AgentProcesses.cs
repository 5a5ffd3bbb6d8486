using System.Diagnostics;

namespace MultiAgentInfra.TestSupport;

/// <summary>What the kernel says of the processes that belong to a data folder.</summary>
public static class AgentProcesses
{
    /// <summary>Every process, other than the control plane, that names the folder in its arguments or works in it.</summary>
    public static IReadOnlyList<Process> In(string folder) =>
        [.. Process.GetProcesses().Where(process => Belongs(process.Id, folder) && !Arguments(process.Id).Contains("MultiAgentInfra.Functions.dll", StringComparison.Ordinal))];

    /// <summary>The agents themselves: Node running the start script with the folder's character.</summary>
    public static IReadOnlyList<Process> AgentsIn(string folder) =>
        [.. In(folder).Where(process => Executable(process.Id).EndsWith("/node", StringComparison.Ordinal) && Arguments(process.Id).Contains("start-agent.mjs", StringComparison.Ordinal))];

    /// <summary>The argument list of every process on the machine, as any user can read it.</summary>
    public static string AllArguments() => string.Join('\n', Process.GetProcesses().Select(process => Arguments(process.Id)));

    private static bool Belongs(int pid, string folder) =>
        Arguments(pid).Contains(folder, StringComparison.Ordinal) || Link($"/proc/{pid}/cwd").StartsWith(folder, StringComparison.Ordinal);

    private static string Executable(int pid) => Link($"/proc/{pid}/exe");

    private static string Arguments(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Replace('\0', ' ');
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The process has ended since it was listed.
            return "";
        }
    }

    private static string Link(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget ?? "";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
