using System.Text.Json.Nodes;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.EndToEnd;

/// <summary>Many deployments at once over few plugin sets, through the real program; npm and Node.js are stand-ins.</summary>
[Trait("Category", "Long")]
[Trait("Needs", "Server")]
public sealed class OneBuildForManyTests
{
    private const string Broken = "@elizaos/plugin-telegram";
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    private static readonly string[][] PluginSets =
    [
        ["@elizaos/plugin-bootstrap"],
        ["@elizaos/plugin-bootstrap", "@elizaos/plugin-openai"],
        ["@elizaos/plugin-bootstrap", "@elizaos/plugin-anthropic"],
        ["@elizaos/plugin-bootstrap", Broken],
    ];

    [Fact]
    public async Task Two_hundred_agents_over_four_plugin_sets_make_four_builds_and_two_hundred_images()
    {
        Requires.Program("busybox");
        using var tools = new FakeTools();
        await using var controlPlane = await ControlPlane.StartAsync(tools.SearchPath);

        var operations = await DeployAsync(controlPlane, tools, Enumerable.Range(0, 200).Select(i => PluginSets[i % 4]));

        Assert.All(operations, operation => Assert.True(ControlPlane.Status(operation) == "Succeeded", operation.ToJsonString()));
        Assert.Empty(tools.Complaints);
        Assert.Equal((4, 4), (tools.Resolved, tools.Installed));
        Assert.Equal(4, operations.Count(operation => ControlPlane.Step(operation, "assemble") is not null));
        var images = References(controlPlane.Data);
        Assert.Equal(200, images.Count(name => name.StartsWith("agents/", StringComparison.Ordinal)));
        Assert.Equal(4, images.Count(name => name.StartsWith("runtime:", StringComparison.Ordinal)));
        Assert.Equal(200, AgentProcesses.In(controlPlane.Data).Count(process => process.ProcessName == "busybox"));
        Report(operations);
    }

    [Fact]
    public async Task A_plugin_set_that_cannot_be_built_fails_those_who_wait_for_it_with_the_cause_and_is_built_again_for_the_next()
    {
        Requires.Program("busybox");
        using var tools = new FakeTools();
        await using var controlPlane = await ControlPlane.StartAsync(tools.SearchPath);
        tools.Break(Broken);

        var operations = await DeployAsync(controlPlane, tools, Enumerable.Range(0, 40).Select(i => PluginSets[i % 4]));

        var failed = operations.Where((_, i) => i % 4 == 3).ToList();
        Assert.All(operations.Except(failed), operation => Assert.True(ControlPlane.Status(operation) == "Succeeded", operation.ToJsonString()));
        Assert.All(failed, operation =>
        {
            Assert.Equal("Failed", ControlPlane.Status(operation));
            Assert.Contains("EBADENGINE", operation["error"]!["message"]!.GetValue<string>(), StringComparison.Ordinal);
        });
        Assert.Equal((4, 4), (tools.Resolved, tools.Installed));

        tools.Repair();
        var again = await DeployAsync(controlPlane, tools, [PluginSets[3]]);

        Assert.True(ControlPlane.Status(again[0]) == "Succeeded", again[0].ToJsonString());
        Assert.Equal((4, 5), (tools.Resolved, tools.Installed));
        Assert.Empty(tools.Complaints);
        await AssertListedUntilDeletedAsync(controlPlane, again[0]["agentId"]!.GetValue<string>());
    }

    /// <summary>The images of 31 agents and the four that they stand on; without the last agent, its own and the one that nothing else stands on are gone.</summary>
    private static async Task AssertListedUntilDeletedAsync(ControlPlane controlPlane, string id)
    {
        Assert.Equal((31, 4), await CountAsync());

        var deletion = await controlPlane.DeleteAgentAsync(id);
        var ended = await controlPlane.WaitForEndAsync(deletion["operation"]!["id"]!.GetValue<string>(), Deadline);

        Assert.True(ControlPlane.Status(ended) == "Succeeded", ended.ToJsonString());
        Assert.Equal((30, 3), await CountAsync());
        Assert.DoesNotContain(References(controlPlane.Data), name => name.Contains(id, StringComparison.Ordinal));

        async Task<(int Agents, int Runtimes)> CountAsync()
        {
            var images = (await controlPlane.GetAsync("/api/images?limit=100"))["items"]!.AsArray();
            Assert.All(images, image => Assert.Equal("Keep", image!["retention"]!["action"]!.GetValue<string>()));
            return (images.Count(image => image!["kind"]!.GetValue<string>() == "Agent"), images.Count(image => image!["kind"]!.GetValue<string>() == "Runtime"));
        }
    }

    /// <summary>Posts all at once, and lets npm go on when every deployment has asked who builds.</summary>
    private static async Task<IReadOnlyList<JsonNode>> DeployAsync(ControlPlane controlPlane, FakeTools tools, IEnumerable<string[]> pluginSets)
    {
        var accepted = await Task.WhenAll(pluginSets.Select((plugins, i) => controlPlane.PostAgentAsync(new
        {
            name = $"agent-{i}",
            character = new { name = $"Agent {i}", bio = "One of many.", plugins },
            secrets = new { OPENAI_API_KEY = "sk-test-0123456789", ANTHROPIC_API_KEY = "sk-ant-test-0123456789", TELEGRAM_BOT_TOKEN = "100200300:AAtest" },
        })));
        var ids = accepted.Select(answer => answer["operation"]!["id"]!.GetValue<string>()).ToList();
        foreach (var id in ids)
            await controlPlane.WaitForOperationAsync(id, $"operation {id} to ask who builds", Deadline, operation => ControlPlane.Step(operation, "runtime-image") is not null);
        tools.Go();
        var ended = new List<JsonNode>();
        foreach (var id in ids)
            ended.Add(await controlPlane.WaitForEndAsync(id, Deadline));
        return ended;
    }

    /// <summary>The names of images.</summary>
    private static IReadOnlyList<string> References(string data) =>
        [.. JsonNode.Parse(File.ReadAllText(Path.Combine(data, "registry", "index.json")))!["manifests"]!.AsArray()
            .Select(manifest => (string?)manifest!["annotations"]?["org.opencontainers.image.ref.name"]).OfType<string>()
            // Signatures, one for each image.
            .Where(name => !name.Contains(":sha256-", StringComparison.Ordinal))];

    /// <summary>Prints where the time went.</summary>
    private static void Report(IReadOnlyList<JsonNode> operations)
    {
        var steps = operations.SelectMany(operation => operation["steps"]!.AsArray()).GroupBy(step => step!["name"]!.GetValue<string>())
            .Select(step => $"{step.Key} {step.Average(one => (Time(one!, "endedAt") - Time(one!, "startedAt")).TotalSeconds):0.00}");
        var span = operations.Max(operation => Time(operation, "endedAt")) - operations.Min(operation => Time(operation, "createdAt"));
        Console.WriteLine($"{operations.Count} deployments in {span.TotalSeconds:0.0} s; seconds per step on average: {string.Join(", ", steps)}");
    }

    private static DateTimeOffset Time(JsonNode node, string name) => node[name]!.GetValue<DateTimeOffset>();
}
