using System.Text.RegularExpressions;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>How calls fail: which, how often, and in what way. Nothing said means an answer 500 before anything is done.</summary>
/// <param name="Method">Such as <c>PUT</c>; <c>*</c> for any.</param>
/// <param name="Path">The whole path without its query, where <c>*</c> stands for anything: <c>/api/stacks/create/*</c>.</param>
public sealed record PortainerFault(string Method, string Path)
{
    private readonly Regex _path = new("\\A" + Regex.Escape(Path).Replace("\\*", ".*", StringComparison.Ordinal) + "\\z");

    public int Times { get; init; } = 1;

    /// <summary>So many calls go well before.</summary>
    public int After { get; init; }

    public int Status { get; init; } = 500;

    public string Message { get; init; } = "A test wants this failure";

    /// <summary>The call does its work first.</summary>
    public bool Acts { get; init; }

    /// <summary>Answers nothing until the client gives up.</summary>
    public bool Hangs { get; init; }

    /// <summary>Breaks the connection: an unknown outcome for which no test has to wait.</summary>
    public bool Drops { get; init; }

    /// <summary>The call goes well, this much later by the server's clock; with <see cref="Drops"/> its connection breaks before.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>A list goes well and is the one of before the last change.</summary>
    public bool StaleList { get; init; }

    /// <summary>Of a call of a stack: it does only half of its work, and answers as if it had done all, unless <see cref="Acts"/> is set.</summary>
    public StackRemains Remains { get; init; }

    public static PortainerFault Error(string method, string path, bool acts = false, int status = 500) => new(method, path) { Acts = acts, Status = status };

    public static PortainerFault Timeout(string method, string path, bool acts = false) => new(method, path) { Acts = acts, Hangs = true };

    public static PortainerFault Drop(string method, string path, bool acts = false) => new(method, path) { Acts = acts, Drops = true };

    public static PortainerFault Slow(string method, string path, TimeSpan delay) => new(method, path) { Delay = delay };

    /// <summary>Breaks the connection, and does it later.</summary>
    public static PortainerFault Late(string method, string path, TimeSpan delay) => new(method, path) { Delay = delay, Drops = true };

    public static PortainerFault Stale(string path) => new("GET", path) { StaleList = true };

    public static PortainerFault RowWithoutObjects(string method = "POST", string path = "/api/stacks/create/*") => new(method, path) { Remains = StackRemains.Row };

    public static PortainerFault ObjectsWithoutRow(string method = "POST", string path = "/api/stacks/create/*") => new(method, path) { Remains = StackRemains.Objects };

    internal bool Matches(string method, string path) => (Method == "*" || Method == method) && _path.IsMatch(path);
}
