using System.Text;
using System.Text.Json.Nodes;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Functions.Tests.Portainer;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.Functions.Tests.Lifecycle;

/// <summary>Secrets that an update changes, keeps and removes.</summary>
[Collection(LivingAgents.Name)]
public sealed class ClusterUpdateTests(ClusterFixture fixture)
{
    private const string Kept = "canary-kept-5e1d";
    private const string Removed = "canary-removed-77ab";
    private const string Changed = "canary-changed-0c94";

    private static readonly string[] Canaries = [Kept, Removed, Changed, ClusterFixture.Canary];

    [Fact]
    public async Task A_secret_that_is_null_goes_one_that_is_not_named_stays_and_one_that_changes_changes_the_pod()
    {
        using var agent = await DeployAsync();
        var (pod, hash) = (agent.TheOne("pods"), HashOf(agent.TheOne("statefulsets")));
        Assert.Equal([Kept, Removed, ClusterFixture.Canary], SecretsOf(agent));

        var operation = await agent.UpdateAsync(Update(Changed));

        Assert.True((string)operation["status"]! == "Succeeded", operation.ToJsonString());
        Assert.Equal([Kept, null, Changed], SecretsOf(agent));
        Assert.NotEqual(LivingAgent.Uid(pod), LivingAgent.Uid(agent.TheOne("pods")));
        Assert.NotEqual(hash, HashOf(agent.TheOne("statefulsets")));
        var stored = await fixture.Get<SecretStore>().GetAllAsync(agent.Id, default);
        Assert.Equal((Kept, false, Changed), (stored["KEPT_KEY"], stored.ContainsKey("REMOVED_KEY"), stored["MY_KEY"]));
        await agent.DoAsync("restart");
        Assert.Equal([Kept, null, Changed], SecretsOf(agent));
        await AssertNowhereAsync(agent, operation);
        await agent.DeleteAsync();
    }

    [Fact]
    public async Task Where_such_an_update_fails_the_old_secrets_are_back_and_the_next_update_starts_from_the_new_ones()
    {
        using var agent = await DeployAsync();
        fixture.Cluster.When(pod => pod.Agent == $"{agent.Id}" && pod.Labels.GetValueOrDefault("multi-agent-infra/revision") == "2", Behaviour.Crash(1, $"no {Changed}"));

        var operation = await agent.UpdateAsync(Update(Changed));

        fixture.Cluster.ForgetScripts();
        Assert.Equal(("Failed", "RolledBack"), ((string?)operation["status"], (string?)operation["outcome"]));
        Assert.Equal([Kept, Removed, ClusterFixture.Canary], SecretsOf(agent));
        await AssertNowhereAsync(agent, operation);

        Assert.Equal("Succeeded", (string?)(await agent.UpdateAsync(Update(ClusterFixture.Canary)))["status"]);
        Assert.Equal([Kept, null, ClusterFixture.Canary], SecretsOf(agent));
        await agent.DeleteAsync();
    }

    [Fact]
    public async Task The_platforms_own_secrets_cannot_be_removed()
    {
        using var agent = await DeployAsync();
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/agents/{agent.Id}") { Headers = { { "If-Match", "*" } } };
        var update = Update(null);
        update["secrets"]!["SECRET_SALT"] = null;
        request.Content = ApiFixture.Json(update.ToJsonString());

        var problem = await (await agent.Client.SendAsync(request)).ProblemAsync(422, "validation");

        Assert.Equal(["secrets.SECRET_SALT"], problem.Errors().Keys);
        await agent.DeleteAsync();
    }

    private static JsonObject Update(string? changed)
    {
        var agent = ClusterFixture.NewAgent();
        agent["secrets"] = new JsonObject { ["MY_KEY"] = changed, ["REMOVED_KEY"] = null };
        return agent;
    }

    private async Task<LivingAgent> DeployAsync()
    {
        var agent = ClusterFixture.NewAgent();
        (agent["secrets"]!["KEPT_KEY"], agent["secrets"]!["REMOVED_KEY"]) = (Kept, Removed);
        return await LivingAgent.DeployAsync(fixture, agent);
    }

    private static IEnumerable<string?> SecretsOf(LivingAgent agent)
    {
        var data = agent.TheOne("secrets")["data"]!;
        return new[] { "KEPT_KEY", "REMOVED_KEY", "MY_KEY" }.Select(name => (string?)data[name] is { } value ? Encoding.UTF8.GetString(Convert.FromBase64String(value)) : null);
    }

    private static string HashOf(JsonObject set) => (string)set["spec"]!["template"]!["metadata"]!["annotations"]!["multi-agent-infra/config-hash"]!;

    /// <summary>No value is where anybody reads: in answers, lines of the log, objects other than the agent's Secret, stack files, files of the control plane.</summary>
    private async Task AssertNowhereAsync(LivingAgent agent, JsonNode operation)
    {
        var texts = new List<string> { operation.ToJsonString() };
        foreach (var path in new[] { $"/api/agents/{agent.Id}", $"/api/agents/{agent.Id}/logs", "/api/agents", (string)operation["links"]!["log"]! })
            texts.Add(await agent.Client.GetStringAsync(new Uri(path, UriKind.Relative)));
        foreach (var kind in new[] { "configmaps", "statefulsets", "pods", "events", "serviceaccounts", "persistentvolumeclaims" })
            texts.AddRange(fixture.Cluster.Objects(kind).Select(item => item.ToJsonString()));
        using var portainer = new HttpClient { BaseAddress = new(fixture.Portainer.Address), DefaultRequestHeaders = { { "X-API-KEY", PortainerServer.ApiKey } } };
        foreach (var row in fixture.Portainer.Stacks)
            texts.Add(await portainer.GetStringAsync(new Uri($"/api/stacks/{row.Id}/file", UriKind.Relative)));
        texts.AddRange(fixture.Logs);
        texts.AddRange(Directory.EnumerateFiles(fixture.Data, "*", SearchOption.AllDirectories).Where(path => !path.EndsWith("lock", StringComparison.Ordinal)).Select(Read));

        var forms = Canaries.SelectMany(value => new[] { value, Convert.ToBase64String(Encoding.UTF8.GetBytes(value)), JsonValue.Create(value).ToJsonString().Trim('"'), Uri.EscapeDataString(value) });
        foreach (var form in forms.Distinct())
            Assert.All(texts, text => Assert.False(text.Contains(form, StringComparison.Ordinal), form));

        static string Read(string path)
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream);
            return reader.ReadToEnd();
        }
    }
}
