using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using MultiAgentInfra.Clients.Kubernetes;

namespace MultiAgentInfra.Clients.Tests.Kubernetes.Manifests;

/// <summary>The bodies of Portainer's custom templates. The agent's is the manifest that is deployed, with placeholders and without what ties one to
/// the control plane; the others are the YAML files beside them.</summary>
internal static class PortainerTemplates
{
    private const int Kubernetes = 3;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // In three braces, because Portainer's pages write a slash as HTML in two.
    private static readonly (string Text, string Placeholder)[] AgentPlaceholders =
    [
        (Samples.Singleton.Image, "{{{ image }}}"),
        (KubernetesNames.Namespace(Samples.Organization), "{{{ namespace }}}"),
        (KubernetesNames.Agent(Samples.Launch.AgentId), "{{{ name }}}"),
        ($"{Samples.Launch.AgentId:D}", "{{{ name }}}"),
        (Samples.Singleton.PullSecrets[0], "{{{ pullSecret }}}"),
        (Samples.Singleton.ElizaVersion, "{{{ version }}}"),
        (Samples.Variables.Plain["AGENT_SECRET_NAMES"], "{{{ secretNames }}}"),
    ];

    private static readonly string[] OfTheControlPlane =
    [
        KubernetesNames.OwnerLabel, KubernetesNames.RevisionLabel, KubernetesNames.AttemptLabel, KubernetesNames.OperationLabel, "annotations",
        "DISCORD_VOICE", "GREETING",
    ];

    public static string Folder { get; } = Path.Combine(GoldenFiles.Root, "infra", "portainer");

    public static IReadOnlyDictionary<string, string> Documents { get; } = new Dictionary<string, string>
    {
        ["eliza-agent-template.json"] = Body(
            "ElizaOS agent (release 1)",
            "One ElizaOS agent with a volume of its own, as the control plane deploys it. An agent made from this page is yours: the control plane leaves it alone.",
            "Before: the namespace, and in it the secret that pulls the image and a secret with the agent's name that holds ELIZA_SERVER_AUTH_TOKEN, SECRET_SALT and the keys of its plugins.",
            YamlText.Write(AgentManifest.Of(Samples.Singleton).Objects.Select(item => new ManifestObject(Anonymous(item.Json)!.AsObject()))),
            new("namespace", "Namespace", "agents", "Where the agent runs."),
            new("name", "Name", "agent-1", "Of the agent, of its secret and of its other objects."),
            new("image", "Image", "", "An agent image by digest, such as registry.example/agents/ORGANIZATION@sha256:…"),
            new("pullSecret", "Pull secret", "registry-1", "A secret of the namespace that pulls the image; Portainer calls its own registry-ID."),
            new("secretNames", "Names of secrets", "OPENAI_API_KEY", "Which keys of the secret plugins may read, with commas between them."),
            new("version", "ElizaOS version", Samples.Singleton.ElizaVersion, "For the label.")),
        ["monitoring-stack.json"] = Body(
            "Monitoring of agents (release 1)",
            "Prometheus and Alertmanager for the agents of this cluster.",
            "Before: kubectl create namespace monitoring",
            File.ReadAllText(Path.Combine(Folder, "monitoring-stack.yaml")),
            new("cluster", "Cluster", "main", "The cluster's name in every series."),
            new("webhook", "Webhook", "https://alerts.example.com/hook", "Where alerts are sent."),
            new("retention", "Retention", "15d", "How long series are kept."),
            new("prometheusImage", "Prometheus", "prom/prometheus:v3.5.0", "Better by digest, from your own mirror."),
            new("alertmanagerImage", "Alertmanager", "prom/alertmanager:v0.28.1", "Better by digest, from your own mirror.")),
        ["security-stack.json"] = Body(
            "Security of agents (release 1)",
            "Admits to the agents' namespaces only released images by digest, and runs a Trivy server for scans. Needs Kubernetes 1.30.",
            "Before: kubectl create namespace security, and in it a secret trivy with a token.",
            File.ReadAllText(Path.Combine(Folder, "security-stack.yaml")),
            new("releases", "Release repositories", "registry.example/agents", "What every agent image begins with, without a slash at the end."),
            new("trivyImage", "Trivy", "aquasec/trivy:0.74.0", "0.70.0 or newer, by digest and from your own mirror: releases were forged in 2026.")),
    };

    private static string Body(string title, string description, string note, string content, params Variable[] variables) => JsonSerializer.Serialize(
        new { Title = title, Description = description, Note = note, Platform = 1, Type = Kubernetes, FileContent = content, Variables = variables }, Indented) + "\n";

    private static JsonNode? Anonymous(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map
            .Where(entry => !OfTheControlPlane.Contains(entry.Key))
            .Select(entry => KeyValuePair.Create(entry.Key, entry.Key == KubernetesNames.ManagedByLabel ? "portainer-template" : Anonymous(entry.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Anonymous)]),
        { } text when text.GetValueKind() == JsonValueKind.String =>
            AgentPlaceholders.Aggregate(text.GetValue<string>(), (value, known) => value.Replace(known.Text, known.Placeholder, StringComparison.Ordinal)),
        _ => node?.DeepClone(),
    };

    private sealed record Variable(string name, string label, string defaultValue, string description);
}
