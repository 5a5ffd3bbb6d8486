using System.Text.Json.Nodes;
using MultiAgentInfra.Clients.Kubernetes;
using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Agents;

namespace MultiAgentInfra.Clients.Tests.Kubernetes.Manifests;

public sealed class AgentManifestTests
{
    public static TheoryData<string, AgentWorkload> Restarts => new()
    {
        { "image", Samples.Singleton with { Image = Samples.Singleton.Image[..^1] + (Samples.Singleton.Image[^1] == '0' ? "1" : "0") } },
        { "variable", Samples.Singleton with { Environment = new Dictionary<string, string>(Samples.Singleton.Environment) { ["LOG_LEVEL"] = "debug" } } },
        { "secret", Samples.Singleton with { SecretsVersion = "v2" } },
        { "resources", Samples.Singleton with { Launch = Samples.Launch with { Resources = new AgentResources(2048) } } },
        { "pull secret", Samples.Singleton with { PullSecrets = ["registry-8"] } },
    };

    public static TheoryData<string, AgentWorkload> KeepsRunning => new()
    {
        { "revision", Samples.Singleton with { Launch = Samples.Launch with { Revision = 4, Attempt = 2, OperationId = Guid.NewGuid() } } },
        { "host", Samples.Singleton with { Host = "a.example" } },
        { "title", Samples.Singleton with { Title = "Other" } },
    };

    [Fact]
    public void A_singleton_is_a_stateful_set_of_one_with_a_volume_of_its_own() =>
        Assert.Equal(["ServiceAccount", "ConfigMap", "StatefulSet"], AgentManifest.Of(Samples.Singleton).Objects.Select(item => item.Kind));

    [Fact]
    public void One_that_is_called_has_a_service_an_ingress_and_a_policy_that_lets_the_controller_in() =>
        Assert.Equal(["ServiceAccount", "ConfigMap", "StatefulSet", "Service", "Ingress", "NetworkPolicy"], AgentManifest.Of(Samples.Reachable).Objects.Select(item => item.Kind));

    [Fact]
    public void A_replicated_agent_is_a_deployment_with_an_autoscaler_and_a_budget() => Assert.Equal(
        ["ServiceAccount", "ConfigMap", "Deployment", "Service", "Ingress", "NetworkPolicy", "HorizontalPodAutoscaler", "PodDisruptionBudget"],
        AgentManifest.Of(Samples.Replicated).Objects.Select(item => item.Kind));

    [Fact]
    public void A_replicable_agent_with_one_replica_has_neither() =>
        Assert.Equal(["ServiceAccount", "ConfigMap", "Deployment"], AgentManifest.Of(Samples.ReplicableOne).Objects.Select(item => item.Kind));

    [Fact]
    public void Every_object_has_the_agents_name_its_namespace_and_its_labels() => Assert.All(AgentManifest.Of(Samples.Replicated).Objects, item =>
    {
        Assert.Equal((KubernetesNames.Agent(Samples.Launch.AgentId), KubernetesNames.Namespace(Samples.Organization)), (item.Name, item.Namespace));
        Assert.Equal(AgentManifest.Labels(Samples.Replicated), Texts(item.Json["metadata"]!["labels"]!));
        Assert.Equal(AgentManifest.Of(Samples.Replicated).ConfigHash, (string?)item.Json["metadata"]!["annotations"]![KubernetesNames.ConfigHashAnnotation]);
    });

    [Theory]
    [MemberData(nameof(Restarts))]
    public void What_an_agent_must_be_restarted_for_changes_the_hash(string change, AgentWorkload workload) =>
        Assert.True(AgentManifest.Of(workload).ConfigHash != AgentManifest.Of(Samples.Singleton).ConfigHash, change);

    [Theory]
    [MemberData(nameof(KeepsRunning))]
    public void What_an_agent_keeps_running_for_does_not(string change, AgentWorkload workload) =>
        Assert.True(AgentManifest.Of(workload).ConfigHash == AgentManifest.Of(Samples.Singleton).ConfigHash, change);

    [Fact]
    public void What_a_cluster_does_not_let_change_stays_from_revision_to_revision()
    {
        var (before, after) = (Spec(Samples.Singleton), Spec(Samples.Singleton with
        {
            Launch = Samples.Launch with { Revision = 9, Attempt = 4, OperationId = Guid.NewGuid(), Resources = new AgentResources(4096) },
            ElizaVersion = "1.8.0",
            Title = "Other",
            ExternalDatabase = true,
        }));

        Assert.All(new[] { "selector", "serviceName", "volumeClaimTemplates" }, field => Assert.True(JsonNode.DeepEquals(before[field], after[field]), field));
    }

    [Fact]
    public void The_launch_can_be_read_back_from_the_workload_and_from_its_pods()
    {
        var workload = AgentManifest.Of(Samples.Singleton).Objects.Single(item => item.Kind == "StatefulSet").Json;

        Assert.Equal(Samples.Launch, KubernetesNames.ReadLaunch(Texts(workload["metadata"]!["annotations"]!)));
        Assert.Equal(Samples.Launch, KubernetesNames.ReadLaunch(Texts(workload["spec"]!["template"]!["metadata"]!["annotations"]!)));
        Assert.Null(KubernetesNames.ReadLaunch(new Dictionary<string, string> { [KubernetesNames.LaunchAnnotation] = "none of ours" }));
    }

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        var problem = Assert.Throws<NonRetryableException>(() => AgentManifest.Of(Samples.Singleton with
        {
            Image = "registry.example/agents:latest",
            Environment = new Dictionary<string, string> { ["A B"] = "" },
            Host = "a_b.example",
            PullSecrets = ["Registry 7"],
            Replicas = 0,
        }));

        Assert.Equal(
            $"Agent {Samples.Launch.AgentId} cannot be written down: its image is not given by digest; 'A B' is no name of an environment variable; "
            + "'a_b.example' is no host name; 'Registry 7' is no name of a secret; only a replicable agent has replicas; the number of its replicas makes no sense.",
            problem.Message);
    }

    [Fact]
    public void A_replicable_agent_without_a_database_of_its_own_is_refused() =>
        Assert.Throws<NonRetryableException>(() => AgentManifest.Of(Samples.Replicated with { ExternalDatabase = false }));

    [Fact]
    public void An_environment_that_no_config_map_holds_is_refused() => Assert.Throws<NonRetryableException>(() => AgentManifest.Of(
        Samples.Singleton with { Environment = Enumerable.Range(0, 40).ToDictionary(i => $"A{i}", _ => new string('é', 16 * 1024)) }));

    [Fact]
    public void A_docker_environment_runs_no_replicas() => Assert.Throws<NonRetryableException>(() => ComposeManifest.Of(Samples.Replicated));

    [Fact]
    public void Variables_are_in_one_of_two_parts_and_the_platforms_own_win()
    {
        var variables = AgentVariables.Of(
            Samples.Launch,
            new Dictionary<string, string> { ["SERVER_PORT"] = "1", ["KEY"] = "k", ["ELIZA_SERVER_AUTH_TOKEN"] = "t", ["SECRET_SALT"] = "s" },
            new Dictionary<string, string> { ["KEY"] = "plain", ["NODE_OPTIONS"] = "--inspect" });

        Assert.Equal(["ELIZA_SERVER_AUTH_TOKEN", "KEY", "SECRET_SALT"], variables.Secret.Keys);
        Assert.Equal("k", variables.Secret["KEY"]);
        Assert.Equal(("3000", "0.0.0.0", "--max-old-space-size=768"), (variables.Plain["SERVER_PORT"], variables.Plain["SERVER_HOST"], variables.Plain["NODE_OPTIONS"]));
        Assert.Empty(variables.Plain.Keys.Intersect(variables.Secret.Keys));
    }

    private static JsonNode Spec(AgentWorkload workload) => AgentManifest.Of(workload).Objects.Single(item => item.Kind == "StatefulSet").Json["spec"]!;

    private static Dictionary<string, string> Texts(JsonNode map) => map.AsObject().ToDictionary(entry => entry.Key, entry => (string)entry.Value!);
}
