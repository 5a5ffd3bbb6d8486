using System.Text.Json;
using System.Text.Json.Nodes;
using MultiAgentInfra.TestSupport;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.EndToEnd;

/// <summary>Agents that a real engine behind a Portainer does not run, as a user reads of them, beside one that it does run.</summary>
[Trait("Category", "Long")]
[Trait("Needs", "Server")]
public sealed class StackFailureTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(4);

    // What an agent may ask for: a machine with more of them takes every agent.
    private const int MostCores = 16;

    /// <summary>The way to fail, its message, its evidence, and the step.</summary>
    private static readonly Dictionary<string, (string Message, string Evidence, string Step)> Ways = new()
    {
        ["CrashLoop"] = ("last with exit code 3", "the key does not fit", "healthy"),
        ["OutOfMemory"] = ("more memory than its limit of 256 MiB", "OOMKilled; limit 256 MiB", "healthy"),
        ["ProbeFailed"] = ("did not answer within 30 s", "its check ends with exit code 1", "healthy"),
        ["Unschedulable"] = ("The engine has less than the agent asks for", "CPUs available", "healthy"),
        ["ImagePullFailed"] = ("The engine cannot pull the image", "unauthorized", "template"),
    };

    [Fact]
    public async Task An_operation_says_why_an_engine_does_not_run_an_agent_and_nothing_of_it_runs()
    {
        foreach (var program in new[] { "dockerd", "busybox", "docker-registry" })
            Requires.Program(program);
        await using var engine = await DockerEngine.StartAsync();
        await using var registry = await RegistryProcess.StartAsync(new() { Password = true });
        await using var portainer = await PortainerServer.StartAsync(engine, Login(registry, RegistryProcess.Password));
        using var tools = new FakeTools();
        await using var controlPlane = await ControlPlane.StartAsync(tools.SearchPath, await SettingsAsync(engine, registry, portainer));
        tools.Go();

        var healthy = await PostAsync(controlPlane, "Healthy");
        var failing = new Dictionary<string, JsonNode>();
        foreach (var way in Ways.Keys.Where(way => way != "ImagePullFailed" && (way != "Unschedulable" || Environment.ProcessorCount < MostCores)))
            failing[way] = await PostAsync(controlPlane, way);
        await AssertRestartsAsync(controlPlane, engine, healthy);
        foreach (var (way, accepted) in failing)
            await AssertFailedAsync(controlPlane, engine, portainer, way, accepted);

        portainer.SetRegistryLogin(PortainerServer.RegistryId, Login(registry, "outdated"));
        failing["ImagePullFailed"] = await PostAsync(controlPlane, "ImagePullFailed");
        await AssertFailedAsync(controlPlane, engine, portainer, "ImagePullFailed", failing["ImagePullFailed"]);
        foreach (var accepted in failing.Values.Append(healthy))
            await AssertEndsAsync(controlPlane, await controlPlane.DeleteAgentAsync($"{accepted["agentId"]}"), "Succeeded");
        Assert.Equal("", await engine.RunAsync("ps", "--all", "--quiet") + await engine.RunAsync("volume", "ls", "--quiet"));
        Assert.Empty(portainer.Stacks);
        Assert.Empty(portainer.UnknownRoutes);
    }

    private static async Task<Dictionary<string, string>> SettingsAsync(DockerEngine engine, RegistryProcess registry, PortainerServer portainer) =>
        new((await ContainerSettings.OfRegistryAsync(engine, registry, ScriptedNode.ImportAsync)).Concat(ContainerSettings.OfStacks(portainer)))
        {
            ["Build__NodeMajorVersion"] = "22",
            ["Portainer__BootTimeout"] = "00:00:30",
        };

    private static string Login(RegistryProcess registry, string password) =>
        JsonSerializer.Serialize(new { username = RegistryProcess.Username, password, serveraddress = new Uri(registry.Address).Authority });

    private static Task<JsonNode> PostAsync(ControlPlane controlPlane, string way) => controlPlane.PostAgentAsync(new
    {
        name = $"way-{way}",
        target = "portainer",
        cluster = $"{PortainerServer.EndpointId}",
        character = new { name = "Scripted", bio = "One of many.", plugins = new[] { "@elizaos/plugin-bootstrap" } },
        env = new { WAY = way },
        resources = new { memoryMiB = 256, cpu = way == "Unschedulable" ? Math.Min(MostCores, Environment.ProcessorCount + 1) : 1 },
    });

    private static async Task<JsonNode> AssertEndsAsync(ControlPlane controlPlane, JsonNode accepted, string status)
    {
        var operation = await controlPlane.WaitForEndAsync($"{accepted["operation"]!["id"]}", Deadline);
        Assert.True(ControlPlane.Status(operation) == status, operation.ToJsonString());
        return operation;
    }

    private static async Task AssertFailedAsync(ControlPlane controlPlane, DockerEngine engine, PortainerServer portainer, string way, JsonNode accepted)
    {
        var operation = await AssertEndsAsync(controlPlane, accepted, "Failed");
        var (text, error, (message, evidence, step)) = (operation.ToJsonString(), operation["error"]!, Ways[way]);
        Assert.True((way, step) == ((string?)error["cause"], (string?)error["step"]), text);
        Assert.True(((string)error["message"]!).Contains(message, StringComparison.Ordinal), text);
        var lines = error["evidence"]!.AsArray().Select(line => (string)line!).ToList();
        Assert.True(lines.Any(line => line.Contains(evidence, StringComparison.Ordinal)), text);
        Assert.False(string.IsNullOrEmpty((string?)error["hint"]), text);
        // The last hundred of those that it wrote.
        Assert.True(way != "CrashLoop" || (lines.Count == 100 && lines.Contains("line 150")), text);

        var id = Guid.Parse($"{accepted["agentId"]}");
        Assert.DoesNotContain(portainer.Stacks, stack => stack.Name == $"agent-{id:N}");
        Assert.Empty(await engine.RunAsync("ps", "--all", "--quiet", "--filter", $"label=multi-agent-infra/agent={id}"));
    }

    private static async Task AssertRestartsAsync(ControlPlane controlPlane, DockerEngine engine, JsonNode accepted)
    {
        await AssertEndsAsync(controlPlane, accepted, "Succeeded");
        var id = $"{accepted["agentId"]}";
        var before = await engine.RunAsync("ps", "--quiet", "--filter", $"label=multi-agent-infra/agent={id}");
        await AssertEndsAsync(controlPlane, await controlPlane.ChangeAgentAsync(id, "restart"), "Succeeded");
        var after = await engine.RunAsync("ps", "--quiet", "--filter", $"label=multi-agent-infra/agent={id}");
        Assert.True(before.Length > 0 && after.Length > 0 && before != after, $"{before} {after}");
        Assert.Equal("RUNNING", ControlPlane.Status(await controlPlane.GetAsync($"/api/agents/{id}")));
        Assert.Contains("started for", (await controlPlane.GetAsync($"/api/agents/{id}/logs"))["lines"]!.ToJsonString(), StringComparison.Ordinal);
    }
}
