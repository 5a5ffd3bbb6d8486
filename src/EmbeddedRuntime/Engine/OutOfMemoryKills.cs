using System.Globalization;

namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>The kernel's count of the processes that it has killed for lack of memory; see cgroups(7) and proc_vmstat(5).</summary>
internal static class OutOfMemoryKills
{
    private const string Unified = "0::";

    private static readonly string Source = FindSource();

    /// <summary>In the control group of this process, or on the whole machine where groups do not count; 0 when unknown.</summary>
    public static long Count() => Parse(SideFile.ReadText(Source) ?? "");

    /// <summary>The line <c>oom_kill N</c>.</summary>
    public static long Parse(string text) => text.Split('\n')
        .Select(line => line.Split(' '))
        .Select(parts => parts is ["oom_kill", var count] && long.TryParse(count, CultureInfo.InvariantCulture, out var number) ? number : 0)
        .Sum();

    private static string FindSource()
    {
        var group = (SideFile.ReadText("/proc/self/cgroup") ?? "").Split('\n').FirstOrDefault(line => line.StartsWith(Unified, StringComparison.Ordinal));
        var events = $"/sys/fs/cgroup{group?[Unified.Length..].TrimEnd('/')}/memory.events";
        return File.Exists(events) ? events : "/proc/vmstat";
    }
}
