using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using MultiAgentInfra.Clients.Kubernetes;
using MultiAgentInfra.Clients.Portainer;
using MultiAgentInfra.TestSupport;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.Clients.Tests.Kubernetes.Manifests;

/// <summary>What the manifests become on a cluster that takes no unknown field, holds to Pod Security and counts quotas.</summary>
public sealed class ManifestsOnClusterTests : IAsyncLifetime
{
    private readonly FakeClock _clock = new();
    private PortainerServer _portainer = null!;
    private Cluster _cluster = null!;
    private PortainerConnection _connection = null!;

    public static TheoryData<AgentWorkload> Workloads => [Samples.Singleton, Samples.Reachable, Samples.Replicated, Samples.ReplicableOne];

    public async ValueTask InitializeAsync()
    {
        _portainer = await PortainerServer.StartAsync(_clock);
        _cluster = _portainer.AddKubernetes("one");
        _connection = PortainerConnection.To(new() { Address = _portainer.Address, ApiKey = PortainerServer.ApiKey });
    }

    public async ValueTask DisposeAsync()
    {
        _connection.Dispose();
        await _portainer.DisposeAsync();
        Assert.Empty(_portainer.UnknownRoutes);
    }

    [Theory]
    [MemberData(nameof(Workloads))]
    public async Task An_agent_becomes_ready_in_its_owners_namespace(AgentWorkload workload)
    {
        var (client, portainer) = (new KubernetesClient(_connection.Kubernetes(1), _clock), new PortainerClient(_connection, _clock));
        var space = KubernetesNames.Namespace(Samples.Organization);

        foreach (var item in OwnerManifest.Of(Samples.PrivateOwner with { Limits = new() }).Objects)
            Assert.True(await client.CreateAsync(item, cancellationToken: TestContext.Current.CancellationToken), item.ToString());
        await client.CreateAsync(Secret(space), cancellationToken: TestContext.Current.CancellationToken);
        await portainer.CreateStackAsync(
            new(1, KubernetesNames.Agent(Samples.Launch.AgentId), space), AgentManifest.Of(workload).Yaml, TestContext.Current.CancellationToken);
        _clock.Advance(TimeSpan.FromMinutes(1));

        var pods = await client.ListAsync<KubernetesPod>(
            KubernetesKind.Pod, space, KubernetesNames.Selector(Samples.Launch.AgentId), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(workload.Replicas, pods.Count);
        Assert.All(pods, pod => Assert.True(pod.IsReady));
        Assert.All(pods, pod => Assert.Equal(Samples.Launch with { Resources = workload.Launch.Resources }, KubernetesNames.ReadLaunch(pod.Metadata.Annotations)));
        Assert.Equal(
            workload.Replicable ? [] : [KubernetesNames.Claim(Samples.Launch.AgentId)], _cluster.Objects("persistentvolumeclaims").Select(claim => (string)claim["metadata"]!["name"]!));
    }

    [Fact]
    public async Task The_templates_are_in_portainer_once_however_often_they_are_kept()
    {
        var client = new PortainerClient(_connection, _clock);
        var sync = new TemplateSync(client, NullLogger<TemplateSync>.Instance);

        await sync.RunAsync(TestContext.Current.CancellationToken);
        await sync.RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal(
            TemplateSync.Shipped.Select(template => template.Title), (await client.ListTemplatesAsync(TestContext.Current.CancellationToken)).Select(template => template.Title));
        Assert.Equal(3, _portainer.Calls.Count(call => !call.StartsWith("GET ", StringComparison.Ordinal)));
    }

    private static ManifestObject Secret(string space) => new(new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Secret",
        ["metadata"] = new JsonObject { ["name"] = KubernetesNames.Agent(Samples.Launch.AgentId), ["namespace"] = space },
        ["type"] = "Opaque",
    });
}
