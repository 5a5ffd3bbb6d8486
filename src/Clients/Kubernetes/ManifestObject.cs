using System.Text.Json.Nodes;

namespace MultiAgentInfra.Clients.Kubernetes;

/// <summary>One object as it is meant to be, in the words of the Kubernetes API (https://kubernetes.io/docs/reference/kubernetes-api/).</summary>
/// <param name="Json">The whole object. It is not to be changed; clone it.</param>
public sealed record ManifestObject(JsonObject Json)
{
    public string ApiVersion => Json["apiVersion"]!.GetValue<string>();

    public string Kind => Json["kind"]!.GetValue<string>();

    public string Name => Json["metadata"]!["name"]!.GetValue<string>();

    /// <summary>Null for an object of the whole cluster.</summary>
    public string? Namespace => Json["metadata"]!["namespace"]?.GetValue<string>();

    public override string ToString() => $"{Kind} {Namespace}/{Name}";
}
