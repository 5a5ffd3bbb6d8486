using MultiAgentInfra.Clients.Kubernetes;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Clients.Trivy;
using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Tests.Kubernetes.Manifests;

/// <summary>One of each kind of agent and owner, always the same.</summary>
internal static class Samples
{
    public const string SecretCanary = "canary-7d1f0e5a-of-a-secret";

    public static readonly Guid Organization = Guid.Parse("0b6d3f8e-52c1-4c8e-9a57-3a2f1d0e9c44");

    public static readonly AgentLaunch Launch = new(
        Guid.Parse("5f0c2a91-7be4-4d0b-8f3a-1e6d9b7c2a10"), Revision: 3, Attempt: 1, Guid.Parse("c1a9e0d2-0f5b-4b7d-8a66-77d2b1f4e310"),
        Digest.Of("agent"u8), Digest.Of("runtime"u8), Port: 20001, Uid: 61001, new AgentResources(),
        Organization, new AgentDeployment(Cluster: "one"), "1.7.2");

    public static AgentVariables Variables { get; } = AgentVariables.Of(
        Launch,
        new Dictionary<string, string> { ["OPENAI_API_KEY"] = SecretCanary, ["ELIZA_SERVER_AUTH_TOKEN"] = SecretCanary, ["SECRET_SALT"] = SecretCanary },
        new Dictionary<string, string> { ["LOG_LEVEL"] = "info", ["GREETING"] = "yes", ["DISCORD_VOICE"] = "no: $HOME # not a comment\n---\nkind: Secret" });

    public static AgentWorkload Singleton { get; } = new(
        Launch, Organization, $"registry.example:5000/agents/{Organization:D}@{Launch.Image}", "1.7.2", Variables.Plain, "v1")
    {
        Title = "Pebble",
        PullSecrets = ["registry-7"],
    };

    public static AgentWorkload Reachable { get; } = Singleton with
    {
        Host = "pebble.agents.example",
        Volume = new(20, "fast-csi"),
        Ingress = new("nginx", "ingress-nginx", "enterprise-ca"),
        Launch = Launch with { Resources = new(1536, 0.25) },
    };

    public static AgentWorkload Replicated { get; } = Singleton with
    {
        Replicable = true,
        Replicas = 2,
        MaxReplicas = 6,
        ExternalDatabase = true,
        Host = "pebble.agents.example",
    };

    public static AgentWorkload ReplicableOne { get; } = Singleton with { Replicable = true, ExternalDatabase = true, PullSecrets = [] };

    public static OwnerSpace Owner { get; } = new(Organization);

    public static OwnerSpace PrivateOwner { get; } = new(Organization)
    {
        Limits = new(Cpu: 4.5, MemoryMiB: 1536, StorageGiB: 2048, Pods: 5),
        ControlPlane = ["10.0.0.4/32", "fd00::4/128"],
        Databases = [new("10.20.0.5/32"), new("10.20.1.0/24", 6543)],
    };

    private static ScanJobSettings ScanSettings { get; } = new($"mirror.example/trivy@{Digest.Of("trivy"u8)}", [], new Dictionary<string, string> { ["TRIVY_DB_REPOSITORY"] = "mirror.example/trivy-db:2" });

    private static TrivySource ScanSource { get; } = TrivySource.Remote(
        $"registry.example/quarantine/runtime@{Digest.Of("runtime image"u8)}", new("registry.example", null, null, SecretCanary, null));

    private static ManifestObject Snapshot { get; } = SnapshotManifest.Of(
        new(
            new(KubernetesNames.Claim(Launch.AgentId), KubernetesNames.Namespace(Organization), "uid-1", 0, null, null, new Dictionary<string, string> { [KubernetesNames.AgentLabel] = $"{Launch.AgentId:D}" }, null),
            new(["ReadWriteOncePod"], "fast-csi", "Filesystem", new(new Dictionary<string, string> { ["storage"] = "2Gi" }, null), null),
            new("Bound", new Dictionary<string, string> { ["storage"] = "4Gi" })),
        Launch,
        "fast-csi-snapshots",
        new("1.6.5"));

    /// <summary>Every golden file and what it must be.</summary>
    public static IReadOnlyDictionary<string, string> Documents { get; } = new Dictionary<string, string>
    {
        ["owner.yaml"] = OwnerManifest.Of(Owner).Yaml,
        ["owner-private.yaml"] = OwnerManifest.Of(PrivateOwner).Yaml,
        ["singleton.yaml"] = AgentManifest.Of(Singleton).Yaml,
        ["singleton-reachable.yaml"] = AgentManifest.Of(Reachable).Yaml,
        ["replicated.yaml"] = AgentManifest.Of(Replicated).Yaml,
        ["replicable-one.yaml"] = AgentManifest.Of(ReplicableOne).Yaml,
        ["snapshot.yaml"] = YamlText.Write([Snapshot, SnapshotManifest.ReadClaim(Read(Snapshot), Launch)!]),
        ["scan.yaml"] = YamlText.Write([.. ScanJobManifest.Surroundings(ScanSettings), ScanJobManifest.Job(ScanSource, ScanSettings, new())]),
        ["compose.yaml"] = ComposeManifest.Of(Singleton),
        ["compose-host-network.yaml"] = ComposeManifest.Of(Singleton, hostNetwork: true),
        ["compose-reachable.yaml"] = ComposeManifest.Of(Reachable),
    };

    private static KubernetesSnapshot Read(ManifestObject snapshot) => new(
        new(snapshot.Name, snapshot.Namespace, "uid-2", 0, null, null, null, snapshot.Json["metadata"]!["annotations"]!.AsObject().ToDictionary(entry => entry.Key, entry => (string)entry.Value!)), null);
}
