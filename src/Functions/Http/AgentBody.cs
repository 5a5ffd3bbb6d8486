using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Functions.Http;

/// <summary>An agent on the wire: <paramref name="Revision"/> is the one that its owner wants, <paramref name="RunningRevision"/> the one that runs.</summary>
public sealed record AgentBody(
    Guid Id,
    string Name,
    string Status,
    string Target,
    int Revision,
    int? RunningRevision,
    int Attempt,
    long Version,
    string? Image,
    Uri? Url,
    ScanBody? Scan,
    AgentHealth? Health,
    IReadOnlyList<string> Warnings,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    AgentLinks Links)
{
    public static AgentBody Of(Agent agent, Uri? page) => new(
        agent.Id,
        agent.Name,
        StatusOf(agent),
        agent.Target,
        agent.Revision,
        agent.RunningRevision,
        agent.Attempt,
        agent.Version,
        agent.Image?.Value,
        agent.Url,
        ScanBody.Of(agent.Scan),
        agent.Health,
        agent.Warnings,
        agent.CreatedAt,
        agent.UpdatedAt,
        AgentLinks.Of(agent, page));

    public static string StatusOf(Agent agent) => agent.Status.ToString().ToUpperInvariant();
}

/// <summary>Where to go from an agent; <paramref name="Target"/> is the page that the target itself has of it, null where it has none.</summary>
public sealed record AgentLinks(string Self, string Operation, string Logs, Uri? Target)
{
    public static AgentLinks Of(Agent agent, Uri? page) => new(Links.Agent(agent.Id), Links.Operation(agent.OperationId), Links.Logs(agent.Id), page);
}

/// <summary>A scan verdict on the wire.</summary>
public sealed record ScanBody(string Outcome, string? Scanner, string Reason, int Critical, int High, int Medium, int Low, int Secrets)
{
    public static ScanBody? Of(ScanVerdict? scan) => scan is null
        ? null
        : new(scan.Outcome.ToString(), scan.Scanner, scan.Reason, scan.Critical, scan.High, scan.Medium, scan.Low, scan.Secrets);
}

/// <summary>A page of agents, newest first; <paramref name="NextCursor"/> is null on the last one.</summary>
public sealed record AgentPageBody(IReadOnlyList<AgentBody> Items, string? NextCursor);

/// <summary>The answer to an accepted operation.</summary>
public sealed record AcceptedBody(Guid AgentId, string Status, OperationBody Operation, IReadOnlyList<string> Warnings, AgentLinks Links);
