using System.Text.Json.Nodes;
using MultiAgentInfra.TestSupport;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.EndToEnd;

/// <summary>The real program against a Portainer with a cluster behind it: agents that come up, and agents that do not, as a user sees them.</summary>
[Trait("Category", "Long")]
[Trait("Needs", "Server")]
public sealed class PortainerTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(4);

    private static readonly TimeSpan BeforeReady = TimeSpan.FromMilliseconds(50);

    private static readonly Dictionary<string, (Behaviour Behaviour, string Message)> Ways = new()
    {
        ["ImagePullFailed"] = (Behaviour.ImagePullFails("denied"), "The cluster cannot pull the image: "),
        ["CrashLoop"] = (Behaviour.CrashAfter(BeforeReady, 3, "line", "the key canary-of-the-log does not fit"), "last with exit code 3"),
        ["OutOfMemory"] = (Behaviour.OutOfMemory(BeforeReady), "more memory than its limit of 1Gi"),
        ["Unschedulable"] = (Behaviour.Unschedulable(), "0/3 nodes are available: 3 Insufficient memory."),
        ["ProbeFailed"] = (Behaviour.NeverReady(), "did not answer within 30 s"),
        ["AdmissionDenied"] = (Behaviour.Denied("admission webhook \"policy.example\" denied the request: no"), "policy.example"),
        ["Forbidden"] = (Behaviour.Denied("User \"x\" cannot create resource"), "cannot create resource"),
    };

    [Fact]
    public async Task Agents_come_up_on_a_cluster_and_those_that_do_not_say_why()
    {
        Requires.Program("busybox");
        await using var portainer = await PortainerServer.StartAsync();
        var cluster = portainer.AddKubernetes("one");
        cluster.Times = cluster.Times with { Pull = TimeSpan.FromMilliseconds(100), Ready = TimeSpan.FromMilliseconds(200), Termination = TimeSpan.FromMilliseconds(100) };
        await using var registry = await RegistryProcess.StartAsync();
        using var tools = new FakeTools();
        await using var controlPlane = await ControlPlane.StartAsync(tools.SearchPath, await ClusterSettings.OfAsync(portainer, registry));
        var canary = new Canary("cluster");

        var healthy = await PostAsync(controlPlane, "healthy", canary);
        var failing = new Dictionary<string, JsonNode>();
        foreach (var (cause, (behaviour, _)) in Ways)
        {
            failing[cause] = await PostAsync(controlPlane, cause, canary);
            cluster.WhenAgent(Guid.Parse($"{failing[cause]["agentId"]}"), behaviour);
        }

        tools.Go();
        await AssertRunningAsync(controlPlane, portainer, cluster, healthy);
        foreach (var (cause, accepted) in failing)
            await AssertFailedAsync(controlPlane, portainer, cluster, cause, accepted);

        Assert.All(portainer.EventLog.MostLivePodsPerAgent().Values, most => Assert.Equal(1, most));
        await AssertDeletedAsync(controlPlane, portainer, cluster, failing.Values.Append(healthy));
        Assert.False(canary.IsIn(controlPlane.Output), "The canary is in the program's output.");
        Assert.Empty(canary.FilesIn(controlPlane.Data));
        Assert.Empty(portainer.UnknownRoutes);
        Assert.Empty(tools.Complaints);
    }

    private static Task<JsonNode> PostAsync(ControlPlane controlPlane, string name, Canary canary) => controlPlane.PostAgentAsync(new
    {
        name,
        target = "portainer",
        character = new { name, bio = "One of many.", plugins = new[] { "@elizaos/plugin-bootstrap" } },
        secrets = new { MY_CANARY = canary.Value },
    });

    private static async Task AssertRunningAsync(ControlPlane controlPlane, PortainerServer portainer, Cluster cluster, JsonNode accepted)
    {
        var operation = await controlPlane.WaitForEndAsync($"{accepted["operation"]!["id"]}", Deadline);
        Assert.True(ControlPlane.Status(operation) == "Succeeded", operation.ToJsonString());
        var id = $"{accepted["agentId"]}";
        var agent = await controlPlane.GetAsync($"/api/agents/{id}");
        Assert.Equal(("portainer", "RUNNING"), ((string?)agent["target"], ControlPlane.Status(agent)));
        Assert.Contains("-0 started", (await controlPlane.GetAsync($"/api/agents/{id}/logs"))["lines"]!.ToJsonString(), StringComparison.Ordinal);
        var pod = Assert.Single(cluster.Objects("pods", $"multi-agent-infra/agent={id}"));
        Assert.EndsWith($"@{agent["image"]}", (string?)pod["spec"]!["containers"]![0]!["image"], StringComparison.Ordinal);
        var stack = Assert.Single(portainer.Stacks, stack => stack.Name == $"agent-{Guid.Parse(id):N}");
        Assert.Equal($"{portainer.Address}/#!/1/kubernetes/applications/{stack.Namespace}/{stack.Name}", (string?)operation["links"]!["target"]);
    }

    private static async Task AssertFailedAsync(ControlPlane controlPlane, PortainerServer portainer, Cluster cluster, string cause, JsonNode accepted)
    {
        var operation = await controlPlane.WaitForEndAsync($"{accepted["operation"]!["id"]}", Deadline);
        var text = operation.ToJsonString();
        Assert.True(ControlPlane.Status(operation) == "Failed", text);
        Assert.True(((string?)operation["error"]!["message"])!.Contains(Ways[cause].Message, StringComparison.Ordinal), text);
        Assert.True((string?)operation["error"]!["cause"] == cause, text);
        Assert.NotEmpty(operation["error"]!["evidence"]!.AsArray());
        Assert.False(string.IsNullOrEmpty((string?)operation["error"]!["hint"]), text);
        var id = Guid.Parse($"{accepted["agentId"]}");
        Assert.DoesNotContain(portainer.Stacks, stack => stack.Name == $"agent-{id:N}");
        Assert.DoesNotContain(cluster.ObjectsWith($"multi-agent-infra/agent={id}"), item => !item.StartsWith("Secret ", StringComparison.Ordinal) && !item.StartsWith("PersistentVolumeClaim ", StringComparison.Ordinal));
    }

    private static async Task AssertDeletedAsync(ControlPlane controlPlane, PortainerServer portainer, Cluster cluster, IEnumerable<JsonNode> all)
    {
        foreach (var accepted in all)
        {
            var deletion = await controlPlane.DeleteAgentAsync($"{accepted["agentId"]}");
            var ended = await controlPlane.WaitForEndAsync($"{deletion["operation"]!["id"]}", Deadline);
            Assert.True(ControlPlane.Status(ended) == "Succeeded", ended.ToJsonString());
            Assert.Empty(cluster.ObjectsWith($"multi-agent-infra/agent={accepted["agentId"]}"));
        }

        Assert.Empty(portainer.Stacks);
    }
}
