using System.Net;
using System.Text.Json.Nodes;
using MultiAgentInfra.TestSupport;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.EndToEnd;

/// <summary>The life of a real agent in a Docker environment of a Portainer: its stack, its container and its volumes are on a real engine.</summary>
[Trait("Category", "Long")]
[Trait("Needs", "Server")]
[Collection(nameof(ContainerRun))]
public sealed class DockerEnvironmentTests(ContainerRun run)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task An_agent_is_one_stack_through_all_of_its_life_and_leaves_nothing()
    {
        await using var portainer = await run.StartPortainerAsync();
        var controlPlane = await run.StartAsync(ContainerSettings.OfStacks(portainer));
        var (canary, broken) = (new Canary("stack"), new Canary("stack-broken"));

        var accepted = await controlPlane.PostAgentAsync(await AgentAsync(new { MY_SERVICE_KEY = canary.Value }, new { }));
        var id = $"{accepted["agentId"]}";
        var operation = await EndAsync(controlPlane, accepted);
        Assert.True(ControlPlane.Status(operation) == "Succeeded", operation.ToJsonString());
        var name = $"agent-{Guid.Parse(id):N}";
        Assert.Equal($"{portainer.Address}/#!/{PortainerServer.EndpointId}/docker/stacks/{name}?type=2&external=true", (string?)operation["links"]!["target"]);
        var image = await AssertRunsAsync(controlPlane, id);
        await AssertSecretAsync(portainer, controlPlane, name, canary);

        await AssertRolledBackAsync(controlPlane, id, broken);
        Assert.Equal(image, await AssertRunsAsync(controlPlane, id));
        await AssertSecretAsync(portainer, controlPlane, name, canary);
        await AssertChangedAsync(controlPlane, id, "stop");
        Assert.Equal("false", await run.Engine.RunAsync("inspect", "--format", "{{.State.Running}}", name));
        await AssertChangedAsync(controlPlane, id, "start");
        Assert.Equal(image, await AssertRunsAsync(controlPlane, id));

        var deletion = await EndAsync(controlPlane, await controlPlane.DeleteAgentAsync(id));
        Assert.True(ControlPlane.Status(deletion) == "Succeeded", deletion.ToJsonString());
        await AssertNothingLeftAsync(portainer, id, name);
        foreach (var secret in new[] { canary, broken })
        {
            Assert.False(secret.IsIn(controlPlane.Output), "A canary is in the program's output.");
            Assert.Empty(secret.FilesIn(controlPlane.Data));
        }
    }

    private static async Task<object> AgentAsync(object secrets, object env)
    {
        var character = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "minimal.character.json")))!;
        return new { name = "stacked", target = "portainer", cluster = $"{PortainerServer.EndpointId}", character, secrets, env };
    }

    private static Task<JsonNode> EndAsync(ControlPlane controlPlane, JsonNode accepted) => controlPlane.WaitForEndAsync($"{accepted["operation"]!["id"]}", Deadline);

    private static async Task AssertChangedAsync(ControlPlane controlPlane, string id, string verb)
    {
        var operation = await EndAsync(controlPlane, await controlPlane.ChangeAgentAsync(id, verb));
        Assert.True(ControlPlane.Status(operation) == "Succeeded", operation.ToJsonString());
    }

    /// <summary>Node reads the variable at its start, and ends: what it names is no configuration of OpenSSL.</summary>
    private static async Task AssertRolledBackAsync(ControlPlane controlPlane, string id, Canary canary)
    {
        var put = await controlPlane.PutAgentAsync(id, await AgentAsync(new { BROKEN_KEY = canary.Value }, new { OPENSSL_CONF = "/proc/self/status" }));
        var operation = await EndAsync(controlPlane, put);
        var (text, error) = (operation.ToJsonString(), operation["error"]);
        Assert.True(("Failed", "RolledBack") == (ControlPlane.Status(operation), (string?)operation["outcome"]), text);
        Assert.True("CrashLoop" == (string?)error!["cause"], text);
        Assert.True(error["evidence"]!.AsArray().Any(line => ((string)line!).Contains("OpenSSL", StringComparison.Ordinal)), text);
        Assert.False(string.IsNullOrEmpty((string?)error["hint"]), text);
        Assert.False(canary.IsIn(text), "The canary is in the operation.");
    }

    /// <returns>The image that its container is made of, by digest.</returns>
    private async Task<string> AssertRunsAsync(ControlPlane controlPlane, string id)
    {
        var agent = await controlPlane.GetAsync($"/api/agents/{id}");
        Assert.Equal(("portainer", "RUNNING", 1), ((string?)agent["target"], ControlPlane.Status(agent), (int?)agent["runningRevision"]));
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri(new Uri((string)agent["url"]!), "/health"))).StatusCode);
        Assert.NotEmpty((await controlPlane.GetAsync($"/api/agents/{id}/logs"))["lines"]!.AsArray());
        var container = await run.Engine.RunAsync("ps", "--all", "--quiet", "--filter", $"label=multi-agent-infra/agent={id}");
        Assert.Equal("healthy", await run.Engine.RunAsync("inspect", "--format", "{{.State.Health.Status}}", container));
        return await run.Engine.RunAsync("inspect", "--format", "{{.Config.Image}}", container);
    }

    /// <summary>The agent has it, and nobody who looks at its stack, its container or its output.</summary>
    private async Task AssertSecretAsync(PortainerServer portainer, ControlPlane controlPlane, string name, Canary canary)
    {
        Assert.Equal(canary.Value, await run.Engine.RunAsync("exec", name, "node", "-p", "process.env.MY_SERVICE_KEY"));
        using var http = new HttpClient { DefaultRequestHeaders = { { "X-API-KEY", PortainerServer.ApiKey } } };
        var stack = Assert.Single(portainer.Stacks);
        var file = await http.GetStringAsync(new Uri($"{portainer.Address}/api/stacks/{stack.Id}/file"));
        Assert.Contains(name, file, StringComparison.Ordinal);
        var seen = new[] { file, await run.Engine.RunAsync("inspect", name), await run.Engine.RunAsync("logs", name), AgentProcesses.AllArguments() };
        Assert.All(seen, text => Assert.False(canary.IsIn(text), text));
        Assert.Empty(canary.FilesIn(run.Registry.PathOf("data")));
        Assert.Empty(canary.FilesIn(controlPlane.Data));
    }

    private async Task AssertNothingLeftAsync(PortainerServer portainer, string id, string name)
    {
        Assert.Empty(portainer.Stacks);
        Assert.Empty(await run.Engine.RunAsync("ps", "--all", "--quiet", "--filter", $"label=multi-agent-infra/agent={id}"));
        Assert.Empty(await run.Engine.RunAsync("volume", "ls", "--quiet", "--filter", $"label=multi-agent-infra/agent={id}"));
        Assert.Empty(await run.Engine.RunAsync("volume", "ls", "--quiet", "--filter", $"name={name}"));
        Assert.Empty(await run.Engine.RunAsync("network", "ls", "--quiet", "--filter", "label=app.kubernetes.io/managed-by=multi-agent-infra"));
        Assert.Empty(portainer.UnknownRoutes);
    }
}
