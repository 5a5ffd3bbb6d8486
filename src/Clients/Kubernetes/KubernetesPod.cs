using System.Text.Json.Serialization;

namespace MultiAgentInfra.Clients.Kubernetes;

/// <summary>A pod (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/); its environment is not read.</summary>
public sealed record KubernetesPod(KubernetesMetadata Metadata, PodSpec Spec, PodStatus Status)
{
    [JsonIgnore]
    public bool IsTerminating => Metadata.DeletionTimestamp is not null;

    /// <summary>Whether all of its probes succeed.</summary>
    [JsonIgnore]
    public bool IsReady => !IsTerminating && Condition("Ready") is { Status: "True" };

    /// <summary>Whether its containers are over and will not be started again.</summary>
    [JsonIgnore]
    public bool HasEnded => Status.Phase is "Failed" or "Succeeded";

    /// <summary>The agent's container as it is meant to be; null in a pod of something else.</summary>
    [JsonIgnore]
    public PodContainer? Agent => Spec.Containers.FirstOrDefault(container => container.Name == KubernetesNames.Container);

    /// <summary>The agent's container as it is; null before its node has the pod.</summary>
    [JsonIgnore]
    public ContainerStatus? AgentStatus => Status.ContainerStatuses?.FirstOrDefault(container => container.Name == KubernetesNames.Container);

    public KubernetesCondition? Condition(string type) => Status.Conditions?.FirstOrDefault(condition => condition.Type == type);
}

/// <summary>What a pod is meant to be.</summary>
/// <param name="NodeName">Null until it has a node.</param>
public sealed record PodSpec(string? NodeName, IReadOnlyList<PodContainer> Containers);

/// <summary>A container as it is meant to be.</summary>
public sealed record PodContainer(string Name, string Image, PodResources? Resources);

/// <summary>What a container may use, as quantities (<see cref="KubernetesAmount"/>).</summary>
public sealed record PodResources(IReadOnlyDictionary<string, string>? Requests, IReadOnlyDictionary<string, string>? Limits);

/// <summary>What a pod is.</summary>
/// <param name="Phase"><c>Pending</c>, <c>Running</c>, <c>Succeeded</c>, <c>Failed</c> or <c>Unknown</c>.</param>
/// <param name="Reason">Such as <c>Evicted</c>.</param>
public sealed record PodStatus(
    string? Phase, string? Reason, string? Message, IReadOnlyList<KubernetesCondition>? Conditions, IReadOnlyList<ContainerStatus>? ContainerStatuses);

/// <summary>A container as it is.</summary>
/// <param name="LastState">Before the last restart.</param>
public sealed record ContainerStatus(string Name, bool Ready, int RestartCount, ContainerState? State, ContainerState? LastState);

/// <summary>One of the three is given.</summary>
public sealed record ContainerState(ContainerWaiting? Waiting, ContainerRunning? Running, ContainerTerminated? Terminated);

/// <summary>A container that is not begun, and why.</summary>
public sealed record ContainerWaiting(string? Reason, string? Message);

/// <summary>A container that runs.</summary>
public sealed record ContainerRunning(DateTimeOffset? StartedAt);

/// <summary>A container that is over.</summary>
/// <param name="Reason">Such as <c>OOMKilled</c>, <c>Error</c> or <c>Completed</c>.</param>
public sealed record ContainerTerminated(int ExitCode, string? Reason, string? Message, DateTimeOffset? FinishedAt);
