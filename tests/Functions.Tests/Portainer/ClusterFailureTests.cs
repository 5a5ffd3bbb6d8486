using System.Text;
using System.Text.Json.Nodes;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.Functions.Tests.Portainer;

/// <summary>What a user reads of an agent that a cluster does not run, and what nobody may read.</summary>
public sealed class ClusterFailureTests(ClusterFixture fixture) : IClassFixture<ClusterFixture>
{
    public static TheoryData<string, Behaviour, string, string> Ways => new()
    {
        { DiagnosisCause.ImagePullFailed, Behaviour.ImagePullFails("manifest unknown"), "cannot pull the image", "manifest unknown" },
        { DiagnosisCause.CrashLoop, Behaviour.Crash(3, "starting", "no database here"), "exit code 3", "no database here" },
        { DiagnosisCause.OutOfMemory, Behaviour.OutOfMemory(), "its limit of 1Gi", "OOMKilled" },
        { DiagnosisCause.Unschedulable, Behaviour.Unschedulable(), "0/3 nodes are available: 3 Insufficient memory.", "No preemption victims" },
        { DiagnosisCause.ProbeFailed, Behaviour.NeverReady(), "did not answer within 600 s", "statuscode: 503" },
        { DiagnosisCause.AdmissionDenied, Behaviour.Denied("admission webhook \"policy.example\" denied the request: no"), "does not admit", "policy.example" },
        { DiagnosisCause.Forbidden, Behaviour.Denied("User \"x\" cannot create resource"), "does not let", "cannot create resource" },
        { DiagnosisCause.QuotaExceeded, Behaviour.Denied("exceeded quota: owner, requested: limits.memory=1Gi, used: limits.memory=64Gi, limited: limits.memory=64Gi"), "limits.memory", "exceeded quota" },
    };

    [Theory]
    [MemberData(nameof(Ways), DisableDiscoveryEnumeration = true)]
    public async Task The_operation_says_why_in_the_clusters_words_and_nothing_runs(string cause, Behaviour behaviour, string message, string evidence)
    {
        using var client = fixture.Client(Guid.NewGuid());
        fixture.Cluster.When(_ => true, behaviour);
        var accepted = await ClusterFixture.PostAsync(client);

        var operation = await fixture.EndAsync(client, accepted.OperationId);

        fixture.Cluster.ForgetScripts();
        var (text, error) = (operation.ToJsonString(), operation["error"]);
        Assert.True((string)operation["status"]! == "Failed", text);
        Assert.True((string?)error!["cause"] == cause, text);
        Assert.True(((string)error["message"]!).Contains(message, StringComparison.Ordinal), text);
        Assert.True(error["evidence"]!.AsArray().Any(line => ((string)line!).Contains(evidence, StringComparison.Ordinal)), text);
        Assert.False(string.IsNullOrEmpty((string?)error["hint"]), text);
        Assert.Equal(0, fixture.Portainer.EventLog.LivePods($"{accepted.AgentId}"));
        Assert.DoesNotContain(fixture.Portainer.Stacks, row => row.Name.Contains($"{accepted.AgentId:N}", StringComparison.Ordinal));

        var deletion = await fixture.EndAsync(client, (await ClusterFixture.DeleteAsync(client, accepted.AgentId)).OperationId);
        Assert.True((string)deletion["status"]! == "Succeeded", deletion.ToJsonString());
        Assert.Empty(fixture.Cluster.ObjectsWith($"{PodFacts.AgentLabel}={accepted.AgentId}"));
    }

    [Fact]
    public async Task A_secret_is_in_no_object_but_the_agents_own_and_in_no_answer_log_line_or_file()
    {
        using var client = fixture.Client(Guid.NewGuid());
        var accepted = await ClusterFixture.PostAsync(client);
        var operation = await fixture.EndAsync(client, accepted.OperationId);
        Assert.True((string)operation["status"]! == "Succeeded", operation.ToJsonString());

        var secret = Assert.Single(fixture.Cluster.Objects("secrets", $"{PodFacts.AgentLabel}={accepted.AgentId}"));
        Assert.Equal(Convert.ToBase64String(Encoding.UTF8.GetBytes(ClusterFixture.Canary)), (string?)secret["data"]?["MY_KEY"]);
        var stored = Kinds.SelectMany(kind => fixture.Cluster.Objects(kind)).Select(item => item.ToJsonString());
        var read = new[] { operation.ToJsonString(), await client.GetStringAsync(new Uri($"/api/agents/{accepted.AgentId}", UriKind.Relative)) };
        foreach (var text in stored.Concat(await StackFilesAsync()).Concat(read).Concat(fixture.Logs))
            Assert.False(Forms.Any(form => text.Contains(form, StringComparison.Ordinal)), text);
        Assert.DoesNotContain(Directory.EnumerateFiles(fixture.Data, "portainer.json", SearchOption.AllDirectories).Select(File.ReadAllText), text => Forms.Any(text.Contains));

        await fixture.EndAsync(client, (await ClusterFixture.DeleteAsync(client, accepted.AgentId)).OperationId);
    }

    [Fact]
    public async Task A_secret_that_an_agent_has_written_before_its_end_is_in_no_evidence()
    {
        using var client = fixture.Client(Guid.NewGuid());
        fixture.Cluster.When(_ => true, Behaviour.Crash(3, $"the key is {ClusterFixture.Canary}", "and it does not fit"));
        var accepted = await ClusterFixture.PostAsync(client);

        var operation = await fixture.EndAsync(client, accepted.OperationId);

        fixture.Cluster.ForgetScripts();
        Assert.Contains(operation["error"]!["evidence"]!.AsArray(), line => (string)line! == "and it does not fit");
        Assert.DoesNotContain(Forms, form => operation.ToJsonString().Contains(form, StringComparison.Ordinal));
        Assert.DoesNotContain(Forms, form => fixture.Logs.Any(line => line.Contains(form, StringComparison.Ordinal)));
        await fixture.EndAsync(client, (await ClusterFixture.DeleteAsync(client, accepted.AgentId)).OperationId);
    }

    private static string[] Kinds => ["configmaps", "statefulsets", "deployments", "pods", "events", "services", "serviceaccounts", "persistentvolumeclaims", "networkpolicies", "namespaces"];

    private static string[] Forms =>
    [
        ClusterFixture.Canary,
        Convert.ToBase64String(Encoding.UTF8.GetBytes(ClusterFixture.Canary)),
        JsonValue.Create(ClusterFixture.Canary).ToJsonString().Trim('"'),
        Uri.EscapeDataString(ClusterFixture.Canary),
    ];

    private async Task<IReadOnlyList<string>> StackFilesAsync()
    {
        using var http = new HttpClient { BaseAddress = new(fixture.Portainer.Address), DefaultRequestHeaders = { { "X-API-KEY", PortainerServer.ApiKey } } };
        var files = new List<string> { await http.GetStringAsync(new Uri("/api/custom_templates", UriKind.Relative)) };
        Assert.NotEmpty(fixture.Portainer.Stacks);
        foreach (var row in fixture.Portainer.Stacks)
            files.Add(await http.GetStringAsync(new Uri($"/api/stacks/{row.Id}/file", UriKind.Relative)));
        return files;
    }
}
