using System.Net;
using MultiAgentInfra.Clients.Tests.Kubernetes.Manifests;

namespace MultiAgentInfra.Clients.Tests.Portainer.StandIn;

/// <summary>The manifests of owners and agents, as the stand-in's API server, policies and controllers take them.</summary>
public sealed class StandInManifestTests
{
    [Theory]
    [InlineData("singleton.yaml", 1)]
    [InlineData("singleton-reachable.yaml", 1)]
    [InlineData("replicable-one.yaml", 1)]
    [InlineData("replicated.yaml", 2)]
    public async Task An_agents_manifest_becomes_pods_that_are_ready(string name, int pods)
    {
        await using var fixture = await StandInFixture.StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await fixture.CreateStackAsync(Read("owner.yaml"), "")).Status);
        var manifest = Read(name);
        var space = manifest.Split("namespace: ")[1].Split('\n')[0];
        var agent = manifest.Split("\n  name: ")[1].Split('\n')[0];

        var (status, body) = await fixture.CreateStackAsync(manifest, space);
        Assert.True(status == HttpStatusCode.OK, body?.ToJsonString());
        fixture.Pass(10);
        Assert.All(fixture.Cluster.Objects("pods"), pod => Assert.Equal(
            "CreateContainerConfigError", (string?)pod["status"]!["containerStatuses"]![0]!["state"]!["waiting"]!["reason"]));
        await fixture.KubeAsync("POST", $"api/v1/namespaces/{space}/secrets", $$$"""{"metadata":{"name":"{{{agent}}}"},"stringData":{"A":"b"}}""");
        fixture.Pass(60);

        var made = fixture.Cluster.Objects("pods");
        Assert.Equal(pods, made.Count);
        Assert.All(made, pod => Assert.True((bool)pod["status"]!["containerStatuses"]![0]!["ready"]!));
        var (_, again) = await fixture.CreateStackAsync(manifest, space);
        // The number of the stack is in a label, and nothing else is another.
        Assert.DoesNotContain("created", (string?)again!["Output"], StringComparison.Ordinal);
        fixture.Pass(60);
        Assert.Equal(pods, fixture.Server.EventLog.Pods.Count);
    }

    [Theory]
    [InlineData("owner.yaml", "10.0.0.4", HttpStatusCode.ServiceUnavailable)]
    [InlineData("owner-private.yaml", "10.0.0.5", HttpStatusCode.ServiceUnavailable)]
    [InlineData("owner-private.yaml", "10.0.0.4", HttpStatusCode.OK)]
    public async Task The_API_server_asks_an_agent_where_its_owners_policies_know_it(string owner, string from, HttpStatusCode expected)
    {
        await using var fixture = await StandInFixture.StartAsync();
        fixture.Cluster.ControlPlaneAddress = from;
        await fixture.CreateStackAsync(Read(owner), "");
        var manifest = Read("singleton.yaml");
        var (space, agent) = (manifest.Split("namespace: ")[1].Split('\n')[0], manifest.Split("\n  name: ")[1].Split('\n')[0]);
        await fixture.KubeAsync("POST", $"api/v1/namespaces/{space}/secrets", $$$"""{"metadata":{"name":"{{{agent}}}"}}""");
        await fixture.CreateStackAsync(manifest, space);
        fixture.Pass(30);

        Assert.Equal(expected, (await fixture.KubeAsync("GET", $"api/v1/namespaces/{space}/pods/{agent}-0:3000/proxy/health")).Status);
    }

    private static string Read(string name) => File.ReadAllText(Path.Combine(GoldenFiles.Folder, name));
}
