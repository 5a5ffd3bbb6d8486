using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Characters;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.Core.Operations;

namespace MultiAgentInfra.Clients.Sqlite;

/// <summary>What a request for a new agent has become after every check; the secrets are in clear until they are stored.</summary>
public sealed record NewAgent(
    Guid Id,
    Guid OrganizationId,
    string Name,
    string Target,
    string CharacterJson,
    PluginSet Plugins,
    IReadOnlyList<KnowledgeFile> Knowledge,
    IReadOnlyDictionary<string, string> Secrets,
    IReadOnlyDictionary<string, string> Environment,
    AgentResources Resources,
    IReadOnlyList<string> Warnings,
    AgentDeployment? Deployment = null)
{
    /// <summary>Names the agent only: a record would print the secrets.</summary>
    public override string ToString() => $"{nameof(NewAgent)} {Id}";
}

/// <summary>A request that must have its effect once, however often it is sent.</summary>
/// <param name="Key">The client's <c>Idempotency-Key</c>, one namespace per organization.</param>
/// <param name="Fingerprint">A keyed hash of the body.</param>
/// <param name="Respond">Makes the answer that replays will get; called inside the transaction, so it must be pure.</param>
public sealed record IdempotentRequest(string Key, byte[] Fingerprint, Func<Agent, Operation, StoredResponse> Respond);

/// <summary>An HTTP answer as it was given first.</summary>
public sealed record StoredResponse(int Status, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>What became of a request for a new agent.</summary>
public abstract record CreateResult
{
    private CreateResult()
    {
    }

    /// <summary>The agent is stored and queued; the response is there when the request was idempotent.</summary>
    public sealed record Created(Agent Agent, Operation Operation, StoredResponse? Response) : CreateResult;

    /// <summary>The same request was answered before, in this way.</summary>
    public sealed record Replayed(StoredResponse Response) : CreateResult;

    /// <summary>Another body was sent before under the same key.</summary>
    public sealed record Conflict : CreateResult;

    /// <summary>Another agent has the host name.</summary>
    public sealed record HostTaken : CreateResult;
}

/// <summary>What became of a request to delete an agent.</summary>
public abstract record DeletionResult
{
    private DeletionResult()
    {
    }

    /// <summary>The organization has no such agent.</summary>
    public sealed record NotFound : DeletionResult;

    /// <summary>The agent has changed since the caller read it.</summary>
    public sealed record VersionMismatch(long Version) : DeletionResult;

    /// <summary>The deletion is queued or runs already.</summary>
    public sealed record Accepted(Agent Agent, Operation Operation) : DeletionResult;
}

/// <summary>One page of agents, newest first.</summary>
/// <param name="NextCursor">Where the next page starts; null on the last page.</param>
public sealed record AgentPage(IReadOnlyList<Agent> Agents, string? NextCursor);

/// <summary>What one revision of an agent is made of, without its secrets.</summary>
/// <param name="Deployment">How it wants to run; null for the defaults.</param>
/// <param name="Image">The image that a deployment has proven to run; null until one has.</param>
/// <param name="Attempts">How often it was launched, or is about to be.</param>
public sealed record AgentRevision(
    Guid AgentId,
    int Number,
    string CharacterJson,
    PluginSet Plugins,
    IReadOnlyList<KnowledgeFile> Knowledge,
    IReadOnlyDictionary<string, string> Environment,
    AgentResources Resources,
    AgentDeployment? Deployment = null,
    Digest? Image = null,
    int Attempts = 1);
