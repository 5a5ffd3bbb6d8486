using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.Functions.Tests.Portainer;

/// <summary>Every call that an operation makes of Portainer, times every way in which such a call can go wrong.</summary>
internal static class FaultMatrix
{
    /// <summary>What the target asks and does, by the name that a test shows: method, path, and how many such calls of the operation go well before.</summary>
    public static readonly IReadOnlyDictionary<string, (string Method, string Path, int After)> Calls = new Dictionary<string, (string, string, int)>
    {
        ["environments"] = ("GET", "/api/endpoints", 0),
        ["namespace"] = ("POST", "*/api/v1/namespaces", 0),
        ["quota"] = ("POST", "*/resourcequotas", 0),
        ["policies"] = ("POST", "*/networkpolicies", 1),
        ["pods"] = ("GET", "*/api/v1/pods", 1),
        ["stateful sets"] = ("GET", "*/statefulsets", 2),
        ["secret"] = ("POST", "*/secrets", 0),
        ["changed secret"] = ("PUT", "*/secrets/*", 0),
        ["stacks"] = ("GET", "/api/stacks", 0),
        ["stack creation"] = ("POST", "/api/stacks/create/*", 0),
        ["stack update"] = ("PUT", "/api/stacks/*", 0),
        ["services"] = ("GET", "*/services", 0),
        ["warnings"] = ("GET", "*/events", 0),
        ["scale"] = ("PATCH", "*/scale", 0),
        ["stack"] = ("GET", "/api/stacks/*", 0),
        ["stack deletion"] = ("DELETE", "/api/stacks/*", 0),
        ["claims"] = ("GET", "*/persistentvolumeclaims", 0),
        ["secret deletion"] = ("DELETE", "*/secrets/*", 0),
        ["claim deletion"] = ("DELETE", "*/persistentvolumeclaims/*", 0),
    };

    private static readonly IReadOnlyDictionary<string, Func<PortainerFault, PortainerFault>> OfAll = new Dictionary<string, Func<PortainerFault, PortainerFault>>
    {
        ["500"] = fault => fault,
        ["timeout"] = fault => fault with { Hangs = true },
        ["slow"] = fault => fault with { Delay = TimeSpan.FromSeconds(25) },
    };

    private static readonly IReadOnlyDictionary<string, Func<PortainerFault, PortainerFault>> OfWrites = new Dictionary<string, Func<PortainerFault, PortainerFault>>
    {
        ["twice 502"] = fault => fault with { Status = 502, Times = 2 },
        ["connection lost"] = fault => fault with { Drops = true },
        ["500 after acting"] = fault => fault with { Acts = true },
        ["timeout after acting"] = fault => fault with { Acts = true, Hangs = true },
        ["connection lost after acting"] = fault => fault with { Acts = true, Drops = true },
        ["slower than a look may be"] = fault => fault with { Delay = TimeSpan.FromSeconds(33) },
        ["slower than any step may be"] = fault => fault with { Delay = TimeSpan.FromMinutes(6) },
    };

    private static readonly IReadOnlyDictionary<string, Func<PortainerFault, PortainerFault>> OfLists = new Dictionary<string, Func<PortainerFault, PortainerFault>>
    {
        ["stale"] = fault => fault with { StaleList = true },
    };

    private static readonly IReadOnlyDictionary<string, Func<PortainerFault, PortainerFault>> OfStacks = new Dictionary<string, Func<PortainerFault, PortainerFault>>
    {
        ["connection lost long before acting"] = fault => fault with { Delay = TimeSpan.FromMinutes(6), Drops = true },
        ["row without objects"] = fault => fault with { Remains = StackRemains.Row, Acts = true },
        ["objects without a row"] = fault => fault with { Remains = StackRemains.Objects, Acts = true },
        ["objects without a row, answered as done"] = fault => fault with { Remains = StackRemains.Objects },
    };

    /// <summary>The product of the calls and of all faults that they can have.</summary>
    public static TheoryData<string, string> Of(params string[] calls)
    {
        var cases = new TheoryData<string, string>();
        foreach (var call in calls)
        {
            var (method, path, _) = Calls[call];
            var faults = method != "GET" ? OfAll.Concat(OfWrites) : path is "/api/stacks" or ['*', ..] ? OfAll.Concat(OfLists) : OfAll;
            if (method != "GET" && path.StartsWith("/api/stacks", StringComparison.Ordinal))
                faults = faults.Concat(OfStacks);
            foreach (var fault in faults)
                cases.Add(call, fault.Key);
        }

        return cases;
    }

    public static PortainerFault Fault(string call, string fault)
    {
        var (method, path, after) = Calls[call];
        var change = OfAll.Concat(OfWrites).Concat(OfLists).Concat(OfStacks).Single(known => known.Key == fault).Value;
        return change(new PortainerFault(method, path) { After = after });
    }
}
