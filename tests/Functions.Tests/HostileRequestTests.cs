using System.Globalization;

namespace MultiAgentInfra.Functions.Tests;

/// <summary>Requests that are made to cost more than they should.</summary>
public sealed class HostileRequestTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const int LargestAnswer = 4 * 1024 * 1024;
    private const string Good = "\"name\":\"a\",\"bio\":[\"b\"]";

    public static TheoryData<string, string> Floods => new()
    {
        { "duplicates below a long name", "{\"" + new string('k', 400_000) + "\":{" + Many(80_000, _ => "\"a\":1") + "}}" },
        { "unknown fields", "{" + Many(80_000, number => $"\"{number}\":1") + "}" },
        { "a long name in the character", Agent($",\"{new string('k', 500_000)}\":{{\"a\":[{Many(100_000, _ => "{}")}]}}") },
        { "a long name in the settings", Agent($",\"settings\":{{\"{new string('k', 500_000)}\":[{Many(100_000, _ => "{}")}]}}") },
        { "examples", Agent($",\"messageExamples\":[{Many(150_000, _ => "[{}]")}]") },
        { "plugins", Agent($",\"plugins\":[{Many(120_000, _ => "\"../x\"")}]") },
        { "secrets", Agent("", $",\"secrets\":{{{Many(60_000, number => $"\"a {number}\":1")}}}") },
        { "knowledge", Agent("", $",\"knowledge\":[{Many(300_000, _ => "{}")}]") },
    };

    [Theory]
    [MemberData(nameof(Floods))]
    public async Task An_answer_stays_small_however_much_is_wrong_with_a_body(string kind, string body)
    {
        Assert.True(body.Length < 1024 * 1024, kind);
        using var client = api.Client();

        using var response = await client.PostAsync("/api/agents", ApiFixture.Json(body));

        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == 422, $"{(int)response.StatusCode} {text}");
        Assert.InRange(text.Length, 1, LargestAnswer);
    }

    [Theory]
    [InlineData(256, 202)]
    [InlineData(257, 422)]
    public async Task A_name_in_the_body_has_at_most_256_characters(int length, int status)
    {
        using var client = api.Client();
        using var response = await client.PostAsync("/api/agents", ApiFixture.Json(Agent($",\"settings\":{{\"{new string('k', length)}\":1}}")));
        Assert.Equal(status, (int)response.StatusCode);
    }

    private static string Agent(string inCharacter, string beside = "") => $"{{\"name\":\"a\",\"character\":{{{Good}{inCharacter}}}{beside}}}";

    private static string Many(int count, Func<string, string> item) =>
        string.Join(',', Enumerable.Range(0, count).Select(number => item(number.ToString("x", CultureInfo.InvariantCulture))));
}
