using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Operations;

namespace MultiAgentInfra.Clients.Sqlite;

/// <summary>What became of a request to update, stop, start, restart or scale an agent.</summary>
public abstract record ChangeResult
{
    private ChangeResult()
    {
    }

    /// <summary>The operation is queued; the response is there when the request was idempotent.</summary>
    public sealed record Accepted(Agent Agent, Operation Operation, StoredResponse? Response) : ChangeResult;

    /// <summary>The same request was answered before, in this way.</summary>
    public sealed record Replayed(StoredResponse Response) : ChangeResult;

    /// <summary>Another request was sent before under the same key.</summary>
    public sealed record KeyReused : ChangeResult;

    /// <summary>The organization has no such agent.</summary>
    public sealed record NotFound : ChangeResult;

    /// <summary>The agent has changed since the caller read it.</summary>
    public sealed record VersionMismatch(long Version) : ChangeResult;

    /// <summary>Another operation of the agent has not ended.</summary>
    public sealed record Busy(Guid OperationId) : ChangeResult;

    /// <summary>An agent in this state cannot be changed so.</summary>
    public sealed record WrongState(AgentStatus Status) : ChangeResult;

    /// <summary>A singleton stays one.</summary>
    public sealed record NotReplicable : ChangeResult;

    /// <summary>Another agent has the host name.</summary>
    public sealed record HostTaken : ChangeResult;

    /// <summary>So many run already.</summary>
    public sealed record AlreadyScaled(int Replicas) : ChangeResult;
}
