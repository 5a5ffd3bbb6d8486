using System.Text;
using System.Text.Json.Nodes;

namespace MultiAgentInfra.Functions.Tests;

public sealed class CanaryTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Canary = "canary \"7d1b\" + öß / 93f4 = end";

    [Fact]
    public async Task A_posted_secret_is_in_no_answer_no_log_line_and_no_file_in_clear()
    {
        var agent = ApiFixture.Agent();
        agent["secrets"] = new JsonObject { ["MY_KEY"] = Canary };
        agent["character"]!["secrets"] = new JsonObject { ["OTHER_KEY"] = Canary + "2" };
        agent["character"]!["settings"] = new JsonObject { ["secrets"] = new JsonObject { ["THIRD_KEY"] = Canary + "3" } };
        using var client = api.Client();
        client.DefaultRequestHeaders.Add("Idempotency-Key", "canary");
        var answers = new List<string> { await ReadAsync(await client.PostAsync("/api/agents", ApiFixture.Json(agent.ToJsonString()))) };
        var links = JsonNode.Parse(answers[0])!["links"]!;
        foreach (var path in new[] { "/api/agents", (string)links["self"]!, (string)links["operation"]!, (string)links["logs"]! })
            answers.Add(await ReadAsync(await client.GetAsync(path)));
        using var history = new StringWriter();
        Assert.Equal(0, await EmbeddedControlPlane.ExportHistoryAsync(new HistoryRequest((string)JsonNode.Parse(answers[0])!["agentId"]!, api.Data, null), history));
        answers.Add(history.ToString());
        agent["name"] = "";
        answers.Add(await ReadAsync(await client.PostAsync("/api/agents", ApiFixture.Json(agent.ToJsonString()))));

        foreach (var form in Forms())
        {
            Assert.DoesNotContain(answers, answer => answer.Contains(form, StringComparison.Ordinal));
            Assert.DoesNotContain(api.Logs, line => line.Contains(form, StringComparison.Ordinal));
            Assert.DoesNotContain(Files(), file => file.Content.AsSpan().IndexOf(Encoding.UTF8.GetBytes(form)) >= 0);
        }
    }

    private static IEnumerable<string> Forms() =>
    [
        Canary,
        Convert.ToBase64String(Encoding.UTF8.GetBytes(Canary))[..^4],
        Uri.EscapeDataString(Canary),
        JsonValue.Create(Canary).ToJsonString().Trim('"'),
        Canary.Replace("\"", "\\\"", StringComparison.Ordinal),
    ];

    private static Task<string> ReadAsync(HttpResponseMessage response) => response.Content.ReadAsStringAsync();

    private List<(string Name, byte[] Content)> Files()
    {
        var files = new List<(string, byte[])>();
        foreach (var path in Directory.EnumerateFiles(api.Data, "*", SearchOption.AllDirectories).Where(path => !path.EndsWith("lock", StringComparison.Ordinal)))
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            files.Add((path, content));
        }

        Assert.Contains(files, file => file.Item1.EndsWith("control.db", StringComparison.Ordinal));
        return files;
    }
}
