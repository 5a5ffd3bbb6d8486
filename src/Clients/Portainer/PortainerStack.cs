using System.Text.Json.Serialization;

namespace MultiAgentInfra.Clients.Portainer;

/// <summary>A set of objects that Portainer applied from one file, and calls a stack.</summary>
/// <param name="Status">1 active, 2 inactive; newer releases have more, such as for one that is being applied.</param>
/// <param name="DeploymentStatus">How a stack that is applied in the background fares, oldest first; null in most releases.</param>
public sealed record PortainerStack(
    int Id, string Name, int Type, int EndpointId, int Status, string? Namespace, IReadOnlyList<StackProgress>? DeploymentStatus)
{
    internal const int Active = 1;
    internal const int Compose = 2;
    internal const int Kubernetes = 3;

    /// <summary>Why applying it in the background failed; null when nothing says that it did.</summary>
    public string? Failure => Status > 2 && DeploymentStatus is [.., { Message: { Length: > 0 } message } last] && last.Status == Status ? message : null;
}

/// <summary>A moment of a stack that is applied in the background.</summary>
/// <param name="Time">Seconds of Unix time.</param>
public sealed record StackProgress(int Status, long Time, string? Message);

/// <summary>By what a stack is found: Portainer itself takes two of the same name.</summary>
/// <param name="Namespace">Null for one of Docker Compose.</param>
public sealed record StackKey(int Environment, string Name, string? Namespace)
{
    [JsonIgnore]
    internal int Type => Namespace is null ? PortainerStack.Compose : PortainerStack.Kubernetes;

    internal bool Matches(PortainerStack stack) =>
        stack.Type == Type && stack.EndpointId == Environment && stack.Name == Name && (Namespace is null || stack.Namespace == Namespace);
}
