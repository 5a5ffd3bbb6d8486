using System.Net;
using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>Whether network policies let somebody of an address through to a pod's port.</summary>
internal static class IngressPolicies
{
    public static bool Allow(ObjectStore store, JsonObject pod, string from, string port)
    {
        var policies = store.List(KubeResource.NetworkPolicies, pod.Namespace())
            .Where(policy => (policy.At("spec", "policyTypes") as JsonArray ?? []).Any(type => type.Text() == "Ingress") && Selects(policy.At("spec", "podSelector"), pod))
            .ToArray();
        return policies.Length == 0 || policies.Any(policy => policy.Items("spec", "ingress").Any(rule => Matches(rule, IPAddress.Parse(from), port)));
    }

    private static bool Selects(JsonNode? selector, JsonObject pod) => selector.Pairs("matchLabels").All(pair => pod.Label(pair.Key) == pair.Value);

    // Without a list of peers or ports a rule is for all of them.
    private static bool Matches(JsonObject rule, IPAddress from, string port) =>
        (!rule.Items("from").Any() || rule.Items("from").Any(peer => peer.Text("ipBlock", "cidr") is { } range && IPNetwork.Parse(range).Contains(from)))
        && (!rule.Items("ports").Any() || rule.Items("ports").Any(allowed => allowed.Text("port") == port));
}
