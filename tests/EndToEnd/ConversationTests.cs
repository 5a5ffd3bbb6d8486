using System.Net.Http.Json;
using System.Text.Json.Nodes;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.EndToEnd;

/// <summary>Deployed agents answer people: over ElizaOS's own sessions, and over Telegram.</summary>
[Trait("Category", "Long")]
[Trait("Needs", "Server")]
public sealed class ConversationTests
{
    private static readonly TimeSpan DeploymentDeadline = TimeSpan.FromMinutes(6);

    [Fact]
    public async Task An_agent_with_plugin_openai_answers_over_messaging_sessions()
    {
        Requires.Program("npm");
        await using var model = await ModelServer.StartAsync();
        await using var controlPlane = await ControlPlane.StartAsync();
        var key = new Canary("openai");
        var token = $"token-{Guid.NewGuid():N}";

        var agent = await DeployAsync(controlPlane, new
        {
            name = "chatty",
            character = new { name = "Chatty", bio = "Answers.", plugins = new[] { "@elizaos/plugin-bootstrap", "@elizaos/plugin-openai" } },
            secrets = new { OPENAI_API_KEY = key.Value, ELIZA_SERVER_AUTH_TOKEN = token },
            env = new { OPENAI_BASE_URL = $"{model.Address}/v1" },
        });

        using var http = new HttpClient { BaseAddress = new Uri(agent["url"]!.GetValue<string>()) };
        http.DefaultRequestHeaders.Add("X-API-KEY", token);
        var session = await PostAsync(http, "/api/messaging/sessions", new { agentId = agent["id"]!.GetValue<string>(), userId = Guid.NewGuid() });
        var answer = await PostAsync(
            http, $"/api/messaging/sessions/{session["sessionId"]}/messages", new { content = "Hello, who are you?", transport = "http" });

        Assert.Equal(ModelServer.Answer, answer["agentResponse"]!["text"]!.GetValue<string>());
        Assert.Contains(key.Value, model.SeenKeys);
        Assert.Empty(model.UnknownRoutes);
        Assert.Empty(key.FilesIn(controlPlane.Data));
        Assert.False(key.IsIn(AgentProcesses.AllArguments()), "The key is in an argument list.");
        Assert.False(key.IsIn(controlPlane.Output), "The key is in the program's output.");
    }

    [Fact]
    public async Task A_Telegram_agent_replies_to_an_update()
    {
        Requires.Program("npm");
        const string botToken = "100200300:AAtestTestTestTestTestTestTestTest0";
        await using var model = await ModelServer.StartAsync();
        await using var telegram = await TelegramServer.StartAsync(botToken);
        await using var controlPlane = await ControlPlane.StartAsync();

        await DeployAsync(controlPlane, new
        {
            name = "telegrapher",
            character = new
            {
                name = "Telegrapher",
                bio = "Answers on Telegram.",
                plugins = new[] { "@elizaos/plugin-bootstrap", "@elizaos/plugin-openai", "@elizaos/plugin-telegram" },
            },
            secrets = new { OPENAI_API_KEY = "sk-test-telegrapher-key", TELEGRAM_BOT_TOKEN = botToken },
            env = new { OPENAI_BASE_URL = $"{model.Address}/v1", TELEGRAM_API_ROOT = telegram.Address },
        });
        telegram.Write("Is the ferry on time?");

        await Wait.UntilAsync("the bot's reply", TimeSpan.FromMinutes(1), () => Task.FromResult(telegram.Sent.Contains(ModelServer.Answer)));
        Assert.Empty(telegram.UnknownRoutes);
    }

    private static async Task<JsonNode> DeployAsync(ControlPlane controlPlane, object request)
    {
        var accepted = await controlPlane.PostAgentAsync(request);
        var operation = await controlPlane.WaitForEndAsync(accepted["operation"]!["id"]!.GetValue<string>(), DeploymentDeadline);
        Assert.True(ControlPlane.Status(operation) == "Succeeded", operation.ToJsonString());
        return await controlPlane.GetAsync($"/api/agents/{accepted["agentId"]}");
    }

    private static async Task<JsonNode> PostAsync(HttpClient http, string path, object body)
    {
        var response = await http.PostAsJsonAsync(path, body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{path} answered {(int)response.StatusCode}: {text}");
        return JsonNode.Parse(text)!;
    }
}
