namespace MultiAgentInfra.Clients.Kubernetes;

/// <summary>What an installation settles for all of its agents on clusters.</summary>
public sealed record AgentSettings
{
    /// <summary>Of each owner, on each cluster.</summary>
    public OwnerLimits Limits { get; init; } = new();

    /// <summary>For agents with an external database.</summary>
    public IReadOnlyList<DatabaseAddress> Databases { get; init; } = [];

    /// <summary>For agents that are new on their cluster.</summary>
    public AgentVolume Volume { get; init; } = new();

    public IngressSettings Ingress { get; init; } = new();

    /// <summary>The workload with these settings.</summary>
    /// <param name="sight">What there is of the agent. Its volume stays as it is: the API server refuses another size or class in its StatefulSet.</param>
    internal AgentWorkload Settle(AgentWorkload workload, AgentSight? sight = null) => workload with
    {
        Volume = sight?.Sets.Select(set => set.Workload.Spec.Volume).FirstOrDefault(volume => volume is not null) ?? Volume,
        Ingress = Ingress,
    };
}
