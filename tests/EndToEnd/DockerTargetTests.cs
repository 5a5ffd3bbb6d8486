using System.Net;
using System.Text.Json.Nodes;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.EndToEnd;

/// <summary>From a character to an agent in a container: a real Docker Engine builds its image and runs it, and a real registry keeps it.</summary>
[Trait("Category", "Long")]
[Trait("Needs", "Server")]
[Collection(nameof(ContainerRun))]
public sealed class DockerTargetTests(ContainerRun run)
{
    private static readonly TimeSpan DeploymentDeadline = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task An_agent_is_built_and_run_by_an_engine_outlives_the_control_plane_and_leaves_nothing()
    {
        var controlPlane = await run.StartAsync();
        var (engine, registry, canary) = (run.Engine, run.Registry, new Canary("container"));

        var (id, operation) = await DeployAsync(controlPlane, canary);
        // Unless another test's agent was built before.
        if (ControlPlane.Step(operation, "assemble") is not null)
        {
            var log = await controlPlane.GetAsync($"{operation["links"]!["log"]}");
            Assert.Contains(log["lines"]!.AsArray(), line => line!["text"]!.GetValue<string>().StartsWith("added ", StringComparison.Ordinal));
        }

        await AssertHealthyAsync(controlPlane, id);
        var container = await engine.RunAsync("ps", "--quiet", "--no-trunc", "--filter", $"name=agent-{id}");
        Assert.NotEmpty((await controlPlane.GetAsync($"/api/agents/{id}/logs"))["lines"]!.AsArray());

        await controlPlane.KillAsync();
        await controlPlane.RestartAsync();
        await AssertHealthyAsync(controlPlane, id);
        Assert.Equal(container, await engine.RunAsync("ps", "--quiet", "--no-trunc", "--filter", $"name=agent-{id}"));
        await AssertSecretAsync(engine, registry, controlPlane, container, canary);

        await AssertDeletedAsync(engine, controlPlane, id);
        Assert.Empty(canary.FilesIn(controlPlane.Data));
        Assert.False(canary.IsIn(controlPlane.Output), "The canary is in the program's output.");
    }

    private static async Task<(string Id, JsonNode Operation)> DeployAsync(ControlPlane controlPlane, Canary canary)
    {
        var character = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "minimal.character.json")))!;
        var accepted = await controlPlane.PostAgentAsync(new { name = "contained", target = "docker", character, secrets = new { MY_SERVICE_KEY = canary.Value } });
        var operation = await controlPlane.WaitForEndAsync(accepted["operation"]!["id"]!.GetValue<string>(), DeploymentDeadline);
        Assert.True(ControlPlane.Status(operation) == "Succeeded", operation.ToJsonString());
        return (accepted["agentId"]!.GetValue<string>(), operation);
    }

    private static async Task AssertHealthyAsync(ControlPlane controlPlane, string id)
    {
        var agent = await controlPlane.GetAsync($"/api/agents/{id}");
        Assert.Equal(("docker", "RUNNING"), ((string?)agent["target"], ControlPlane.Status(agent)));
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri($"{agent["url"]!.GetValue<string>().TrimEnd('/')}/health"))).StatusCode);
    }

    /// <summary>The agent has it, and nobody else.</summary>
    private static async Task AssertSecretAsync(DockerEngine engine, RegistryProcess registry, ControlPlane controlPlane, string container, Canary canary)
    {
        Assert.Equal(canary.Value, await engine.RunAsync("exec", container, "node", "-p", "process.env.MY_SERVICE_KEY"));
        Assert.False(canary.IsIn(await engine.RunAsync("inspect", "--format", "{{.Config.Labels}} {{.Name}} {{.Args}}", container)));
        Assert.False(canary.IsIn(await engine.RunAsync("logs", container)), "The canary is in the agent's output.");
        Assert.False(canary.IsIn(AgentProcesses.AllArguments()), "The canary is in an argument list.");
        Assert.Empty(canary.FilesIn(registry.PathOf("data")));
        Assert.Empty(canary.FilesIn(controlPlane.Data));
    }

    private static async Task AssertDeletedAsync(DockerEngine engine, ControlPlane controlPlane, string id)
    {
        var deletion = await controlPlane.DeleteAgentAsync(id);
        var ended = await controlPlane.WaitForEndAsync(deletion["operation"]!["id"]!.GetValue<string>(), DeploymentDeadline);
        Assert.True(ControlPlane.Status(ended) == "Succeeded", ended.ToJsonString());
        Assert.Empty(await engine.RunAsync("ps", "--all", "--quiet", "--filter", "name=agent-"));
        Assert.Empty(await engine.RunAsync("volume", "ls", "--quiet", "--filter", "name=agent-"));
    }
}
