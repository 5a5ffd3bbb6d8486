using System.Net;
using System.Text.Json.Nodes;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.EndToEnd;

/// <summary>What its owner does to an agent that runs: a good revision, a broken one, a stop, and a start.</summary>
internal static class AgentChanges
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(4);

    /// <summary>Leaves the agent as it was found: running, and healthy.</summary>
    public static async Task AssertAsync(ControlPlane controlPlane, string id, JsonNode character)
    {
        var changed = character.DeepClone();
        changed["bio"] = "Keeps the visitor book, in its second revision.";
        var updated = await EndAsync(controlPlane, await controlPlane.PutAgentAsync(id, new { name = "first", character = changed }));
        Assert.True(("Update", "Succeeded") == ((string)updated["kind"]!, ControlPlane.Status(updated)), updated.ToJsonString());
        await AssertRunsAsync(controlPlane, id, wanted: 2, running: 2);

        await AssertRolledBackAsync(controlPlane, id, changed);
        await AssertStoppedAndStartedAsync(controlPlane, id);
    }

    /// <summary>The broken revision brings a secret of its own, which must not reach the one that comes back.</summary>
    private static async Task AssertRolledBackAsync(ControlPlane controlPlane, string id, JsonNode character)
    {
        var password = new Canary("rollback");
        var broken = await EndAsync(controlPlane, await controlPlane.PutAgentAsync(id, new
        {
            name = "first",
            character,
            secrets = new { MY_CANARY = password.Value },
            // Node reads it at its start, and ends: it is no configuration of OpenSSL.
            env = new { OPENSSL_CONF = "/proc/self/status" },
        }));

        Assert.True(("Failed", "RolledBack") == (ControlPlane.Status(broken), (string?)broken["outcome"]), broken.ToJsonString());
        Assert.Equal("healthy", (string?)broken["error"]!["step"]);
        Assert.Equal("Exited", (string?)broken["error"]!["cause"]);
        Assert.Contains(broken["error"]!["evidence"]!.AsArray(), line => ((string)line!).Contains("OpenSSL", StringComparison.Ordinal));
        Assert.NotNull((string?)broken["error"]!["hint"]);
        Assert.False(password.IsIn(broken.ToJsonString()), "The password is in the operation.");
        Assert.Equal("Succeeded", ControlPlane.Status(ControlPlane.Step(broken, "rollback-hold")!));
        await AssertRunsAsync(controlPlane, id, wanted: 3, running: 2);
    }

    /// <summary>A new life of the control plane leaves alone what its owner has stopped.</summary>
    private static async Task AssertStoppedAndStartedAsync(ControlPlane controlPlane, string id)
    {
        var others = AgentProcesses.AgentsIn(controlPlane.Data).Count - 1;
        Assert.Equal("Succeeded", ControlPlane.Status(await EndAsync(controlPlane, await controlPlane.ChangeAgentAsync(id, "stop"))));
        await controlPlane.KillAsync();
        await controlPlane.RestartAsync();
        var stopped = await controlPlane.GetAsync($"/api/agents/{id}");
        Assert.Equal(("STOPPED", null), (ControlPlane.Status(stopped), (int?)stopped["runningRevision"]));
        Assert.Equal(others, AgentProcesses.AgentsIn(controlPlane.Data).Count);

        var started = await EndAsync(controlPlane, await controlPlane.ChangeAgentAsync(id, "start"));
        Assert.True("Succeeded" == ControlPlane.Status(started), started.ToJsonString());
        Assert.Null(ControlPlane.Step(started, "agent-image"));
        await AssertRunsAsync(controlPlane, id, wanted: 3, running: 2);
    }

    private static async Task AssertRunsAsync(ControlPlane controlPlane, string id, int wanted, int running)
    {
        var agent = await controlPlane.GetAsync($"/api/agents/{id}");
        Assert.Equal(("RUNNING", wanted, running), (ControlPlane.Status(agent), (int)agent["revision"]!, (int?)agent["runningRevision"]));
        using var plain = new HttpClient();
        Assert.Equal(HttpStatusCode.OK, (await plain.GetAsync(new Uri(new Uri((string)agent["url"]!), "/health"))).StatusCode);
    }

    private static Task<JsonNode> EndAsync(ControlPlane controlPlane, JsonNode accepted) =>
        controlPlane.WaitForEndAsync((string)accepted["operation"]!["id"]!, Deadline);
}
