namespace MultiAgentInfra.Clients.Targets;

/// <summary>Another version of ElizaOS goes on with an agent's data; in sentences for people, without their full stops.</summary>
internal sealed record VersionChange(string From, string To)
{
    /// <summary>Whether what the later version has migrated is before an earlier one.</summary>
    private bool IsBack => Version.TryParse(Core(From), out var from) && Version.TryParse(Core(To), out var to) && to < from;

    /// <returns>Null where the version stays, or one of the two is not known.</returns>
    public static VersionChange? Of(string? from, string? to) => from is null || to is null || from == to ? null : new(from, to);

    public string Taken(string snapshot) => $"{Changes}; snapshot {snapshot} has the agent's data of before{Migrated}";

    public string Restored(string snapshot) => $"{Changes}; the agent's data is again that of snapshot {snapshot}";

    public string WithoutSnapshot(string why) => $"{Changes}, and there is no snapshot of the agent's data: {why}{Migrated}";

    private string Changes => IsBack ? $"ElizaOS goes back from {From} to {To}" : $"ElizaOS changes from {From} to {To}";

    private string Migrated => IsBack ? $"; what {From} has migrated stays so" : "";

    private static string Core(string version) => version.Split('-', '+')[0];
}
