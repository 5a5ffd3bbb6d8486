using System.Net;
using System.Text.Json.Nodes;
using MultiAgentInfra.Clients.Kubernetes;
using MultiAgentInfra.Core;

namespace MultiAgentInfra.Clients.Tests.Kubernetes.Manifests;

public sealed class OwnerManifestTests
{
    [Theory]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.31.0.1", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("100.100.100.200", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("168.63.129.16", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("192.0.0.192", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("::1", false)]
    [InlineData("fd00:ec2::254", false)]
    [InlineData("fe80::1", false)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("1.1.1.1", true)]
    [InlineData("172.32.0.1", true)]
    [InlineData("2606:4700::1111", true)]
    public void Agents_reach_the_public_internet_and_nothing_private(string address, bool reached) => Assert.Equal(reached, Reaches(Samples.PrivateOwner, address));

    [Fact]
    public void Each_exception_lies_within_the_range_that_it_is_taken_from() => Assert.All(Internet(Samples.Owner), block =>
    {
        var all = IPNetwork.Parse((string)block["cidr"]!);
        Assert.All(block["except"]!.AsArray(), part => Assert.Equal(all.BaseAddress.AddressFamily, IPNetwork.Parse((string)part!).BaseAddress.AddressFamily));
    });

    [Fact]
    public void Nothing_is_let_in_or_out_that_no_policy_names()
    {
        var deny = Policy(Samples.Owner, "default-deny")!;

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"podSelector":{},"policyTypes":["Ingress","Egress"],"ingress":[],"egress":[]}"""), deny));
    }

    [Fact]
    public void Without_addresses_of_a_control_plane_or_a_database_the_policies_for_them_allow_nothing()
    {
        Assert.Empty(Policy(Samples.Owner, "allow-health")!["ingress"]!.AsArray());
        Assert.Empty(Policy(Samples.Owner, "allow-databases")!["egress"]!.AsArray());
    }

    [Fact]
    public void Only_agents_with_an_external_database_reach_one()
    {
        var policy = Policy(Samples.PrivateOwner, "allow-databases")!;

        Assert.Equal("external", (string?)policy["podSelector"]!["matchLabels"]![KubernetesNames.DatabaseLabel]);
        Assert.Equal(["10.20.0.5/32", "10.20.1.0/24"], policy["egress"]!.AsArray().Select(rule => (string?)rule!["to"]![0]!["ipBlock"]!["cidr"]));
        Assert.Equal("external", Template(Samples.Replicated)["labels"]![KubernetesNames.DatabaseLabel]?.GetValue<string>());
        Assert.Null(Template(Samples.Singleton)["labels"]![KubernetesNames.DatabaseLabel]);
    }

    [Fact]
    public void A_range_that_is_none_is_refused() =>
        Assert.Equal(
            $"The namespace of {Samples.Organization} cannot be written down: '10.0.0.0/99' is no address range such as 10.0.0.0/24; 0 is no port.",
            Assert.Throws<NonRetryableException>(() => OwnerManifest.Of(new(Samples.Organization) { ControlPlane = ["10.0.0.0/99"], Databases = [new("10.0.0.1/32", 0)] })).Message);

    private static bool Reaches(OwnerSpace space, string address) => Internet(space).Any(block =>
        IPNetwork.Parse((string)block["cidr"]!).Contains(IPAddress.Parse(address))
        && !block["except"]!.AsArray().Any(part => IPNetwork.Parse((string)part!).Contains(IPAddress.Parse(address))));

    private static IEnumerable<JsonNode> Internet(OwnerSpace space) =>
        Policy(space, "allow-internet")!["egress"]![0]!["to"]!.AsArray().Select(peer => peer!["ipBlock"]!);

    private static JsonNode? Policy(OwnerSpace space, string name) =>
        OwnerManifest.Of(space).Objects.SingleOrDefault(item => item.Kind == "NetworkPolicy" && item.Name == name)?.Json["spec"];

    private static JsonNode Template(AgentWorkload workload) =>
        AgentManifest.Of(workload).Objects.Single(item => item.Kind is "StatefulSet" or "Deployment").Json["spec"]!["template"]!["metadata"]!;
}
