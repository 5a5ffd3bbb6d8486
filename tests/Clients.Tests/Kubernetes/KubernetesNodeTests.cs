using System.Text.Json;
using MultiAgentInfra.Clients.Kubernetes;

namespace MultiAgentInfra.Clients.Tests.Kubernetes;

public sealed class KubernetesNodeTests
{
    [Theory]
    [InlineData("{}", "True", true)]
    [InlineData("""{"unschedulable":true}""", "True", false)]
    [InlineData("""{"taints":[{"key":"node-role.kubernetes.io/control-plane","effect":"NoSchedule"}]}""", "True", false)]
    [InlineData("""{"taints":[{"key":"node.kubernetes.io/unreachable","effect":"NoExecute","timeAdded":"2030-01-01T00:00:00Z"}]}""", "True", false)]
    [InlineData("""{"taints":[{"key":"spot","value":"true","effect":"PreferNoSchedule"}]}""", "True", true)]
    [InlineData("{}", "False", false)]
    [InlineData("{}", "Unknown", false)]
    public void A_node_takes_agents_that_is_ready_and_asks_them_to_tolerate_nothing(string spec, string ready, bool expected)
    {
        var node = JsonSerializer.Deserialize<KubernetesNode>(
            $$"""{ "metadata": { "name": "n1", "uid": "u1" }, "spec": {{spec}}, "status": { "conditions": [ { "type": "Ready", "status": "{{ready}}" } ] } }""", JsonSerializerOptions.Web);

        Assert.Equal(expected, node!.IsSchedulable);
    }
}
