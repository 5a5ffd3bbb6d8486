using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.EndToEnd;

/// <summary>The README's promise, from outside: a character becomes a running agent, a second one is cheap, and a deletion leaves nothing.</summary>
[Trait("Category", "Long")]
[Trait("Needs", "Server")]
public sealed class FirstDeploymentTests
{
    private static readonly TimeSpan DeploymentDeadline = TimeSpan.FromMinutes(6);

    [Fact]
    public async Task A_minimal_agent_is_deployed_a_second_one_needs_no_install_and_both_can_be_deleted()
    {
        Requires.Program("npm");
        Requires.Program("skopeo");
        await using var controlPlane = await ControlPlane.StartAsync();
        var canary = new Canary("minimal");
        var character = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "minimal.character.json")))!;

        var first = await DeployAsync(controlPlane, "first", character, canary);
        Report("first", first.Operation);
        await AssertBuildIsLinkedAsync(controlPlane, first.Operation);
        await AssertAdoptedAsync(controlPlane, first.Id);
        var second = await DeployAsync(controlPlane, "second", character, canary);
        Report("second", second.Operation);
        foreach (var step in new[] { "lock-file", "install", "assemble", "scan", "sbom" })
        {
            Assert.NotNull(ControlPlane.Step(first.Operation, step));
            Assert.Null(ControlPlane.Step(second.Operation, step));
        }

        Assert.Contains("there already", ControlPlane.Step(second.Operation, "template")!["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(2, AgentProcesses.AgentsIn(controlPlane.Data).Count);
        Assert.False(canary.IsIn(AgentProcesses.AllArguments()), "The canary is in an argument list.");

        await AssertReadableAsync(controlPlane, ReferenceIn(first.Operation, "push"));
        await AssertReadableAsync(controlPlane, ReferenceIn(first.Operation, "release"));
        await AssertFailureIsUndoneAsync(controlPlane, character);
        await AgentChanges.AssertAsync(controlPlane, first.Id, character);

        await AssertDeletedAsync(controlPlane, first.Id);
        await AssertDeletedAsync(controlPlane, second.Id);
        Assert.Empty(AgentProcesses.In(controlPlane.Data));
        Assert.Empty(canary.FilesIn(controlPlane.Data));
        Assert.False(canary.IsIn(controlPlane.Output), "The canary is in the program's output.");
    }

    private static async Task AssertBuildIsLinkedAsync(ControlPlane controlPlane, JsonNode operation)
    {
        var log = await controlPlane.GetAsync($"{operation["links"]!["log"]}");
        Assert.Contains(log["lines"]!.AsArray(), line => line!["text"]!.GetValue<string>().StartsWith("added ", StringComparison.Ordinal));
        var artifacts = operation["artifacts"]!.AsArray().ToDictionary(artifact => artifact!["name"]!.GetValue<string>(), artifact => artifact!["url"]!.GetValue<string>());
        Assert.Contains("added ", await controlPlane.Http.GetStringAsync(artifacts["install.log"]), StringComparison.Ordinal);
        Assert.Equal("CycloneDX", (string?)(await controlPlane.GetAsync(artifacts["sbom.cdx.json"]))["bomFormat"]);
    }

    private static async Task<(string Id, JsonNode Operation)> DeployAsync(ControlPlane controlPlane, string name, JsonNode character, Canary canary)
    {
        var accepted = await controlPlane.PostAgentAsync(new { name, character, secrets = new { MY_CANARY = canary.Value } });
        Assert.Equal("QUEUED", ControlPlane.Status(accepted));
        var operation = await controlPlane.WaitForEndAsync(accepted["operation"]!["id"]!.GetValue<string>(), DeploymentDeadline);
        Assert.True(ControlPlane.Status(operation) == "Succeeded", operation.ToJsonString());

        var id = accepted["agentId"]!.GetValue<string>();
        var agent = await controlPlane.GetAsync($"/api/agents/{id}");
        Assert.Equal("RUNNING", ControlPlane.Status(agent));
        using var plain = new HttpClient();
        var health = await plain.GetAsync(new Uri(new Uri(agent["url"]!.GetValue<string>()), "/health"));
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);

        var logs = await controlPlane.GetAsync($"/api/agents/{id}/logs");
        Assert.NotEmpty(logs["lines"]!.AsArray());
        Assert.False(canary.IsIn(agent.ToJsonString() + operation.ToJsonString() + logs.ToJsonString() + accepted.ToJsonString()), "The canary is in an answer.");
        Assert.Empty(canary.FilesIn(controlPlane.Data));
        return (id, operation);
    }

    /// <summary>The control plane goes and comes back; the agent does not notice.</summary>
    private static async Task AssertAdoptedAsync(ControlPlane controlPlane, string id)
    {
        var before = Assert.Single(AgentProcesses.AgentsIn(controlPlane.Data)).Id;

        Assert.Equal(0, await controlPlane.StopAsync());
        Assert.Equal(before, Assert.Single(AgentProcesses.AgentsIn(controlPlane.Data)).Id);
        await controlPlane.RestartAsync();

        Assert.Equal("RUNNING", ControlPlane.Status(await controlPlane.GetAsync($"/api/agents/{id}")));
        Assert.Equal(before, Assert.Single(AgentProcesses.AgentsIn(controlPlane.Data)).Id);
    }

    /// <summary>The image is there under its name for a tool that is not ours.</summary>
    private static async Task AssertReadableAsync(ControlPlane controlPlane, string reference)
    {
        using var skopeo = Process.Start(new ProcessStartInfo("skopeo", ["inspect", $"oci:{controlPlane.Data}/registry:{reference}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var text = await skopeo.StandardOutput.ReadToEndAsync();
        var error = await skopeo.StandardError.ReadToEndAsync();
        await skopeo.WaitForExitAsync();
        Assert.True(skopeo.ExitCode == 0, error);
        Assert.NotEmpty(JsonNode.Parse(text)!["Layers"]!.AsArray());
    }

    private static string ReferenceIn(JsonNode operation, string step) =>
        ControlPlane.Step(operation, step)!["detail"]!.GetValue<string>().Split(' ')[0];

    /// <summary>An agent that cannot reach its database: the operation says so in the agent's own words, and nothing of it is left.</summary>
    private static async Task AssertFailureIsUndoneAsync(ControlPlane controlPlane, JsonNode character)
    {
        var password = new Canary("database");
        var accepted = await controlPlane.PostAgentAsync(new
        {
            name = "failing",
            character,
            secrets = new { POSTGRES_URL = $"postgres://eliza:{Uri.EscapeDataString(password.Value)}@127.0.0.1:9/eliza" },
        });
        var operation = await controlPlane.WaitForEndAsync(accepted["operation"]!["id"]!.GetValue<string>(), DeploymentDeadline);

        Assert.True(ControlPlane.Status(operation) == "Failed", operation.ToJsonString());
        Assert.Equal("healthy", operation["error"]!["step"]!.GetValue<string>());
        Assert.NotEmpty(operation["error"]!["logTail"]!.AsArray());
        Assert.False(password.IsIn(operation.ToJsonString()), "The password is in the operation.");
        Assert.Equal("FAILED", ControlPlane.Status(await controlPlane.GetAsync($"/api/agents/{accepted["agentId"]}")));
        Assert.Equal(2, AgentProcesses.AgentsIn(controlPlane.Data).Count);
        await AssertDeletedAsync(controlPlane, accepted["agentId"]!.GetValue<string>());
    }

    private static async Task AssertDeletedAsync(ControlPlane controlPlane, string id)
    {
        var accepted = await controlPlane.DeleteAgentAsync(id);
        var operation = await controlPlane.WaitForEndAsync(accepted["operation"]!["id"]!.GetValue<string>(), TimeSpan.FromMinutes(1));
        Assert.True(ControlPlane.Status(operation) == "Succeeded", operation.ToJsonString());
        Assert.Equal("Succeeded", ControlPlane.Status(ControlPlane.Step(operation, "remove-data")!));
        Assert.False(Directory.Exists(Path.Combine(controlPlane.Data, "agents", id)), "The agent's folder is still there.");
        var gone = await controlPlane.Http.GetAsync($"/api/agents/{id}");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    /// <summary>Prints where the time went: what ElizaOS and npm need, and what we add.</summary>
    private static void Report(string name, JsonNode operation)
    {
        var steps = operation["steps"]!.AsArray().Select(step => (Name: step!["name"]!.GetValue<string>(), Seconds: Seconds(step))).ToList();
        var (install, boot, hold) = (Sum("lock-file", "install"), Sum("healthy"), Sum("hold"));
        var rest = Seconds(operation) - install - boot - hold;
        Console.WriteLine($"{name} deployment: {Seconds(operation):0.0} s = npm {install:0.0} + boot {boot:0.0} + hold {hold:0.0} + the rest {rest:0.0}");
        Console.WriteLine($"  {string.Join(", ", steps.Select(step => $"{step.Name} {step.Seconds:0.00}"))}");

        double Sum(params string[] names) => steps.Where(step => names.Contains(step.Name)).Sum(step => step.Seconds);
    }

    private static double Seconds(JsonNode node) =>
        (node["endedAt"]!.GetValue<DateTimeOffset>() - node["startedAt"]!.GetValue<DateTimeOffset>()).TotalSeconds;
}
