using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Agents;

namespace MultiAgentInfra.Functions.Tests.Lifecycle;

/// <summary>What may be done to an agent, by where it stands.</summary>
public sealed class AgentStateTests(OrderedFixture fixture) : IClassFixture<OrderedFixture>
{
    private static readonly string[] Changes = ["stop", "start", "restart", "scale", "update", "delete"];

    /// <summary>By state: what is accepted. Where something is under way nothing is, but a deletion.</summary>
    private static readonly Dictionary<AgentStatus, string[]> Accepted = new()
    {
        [AgentStatus.Queued] = ["delete"],
        [AgentStatus.Deploying] = ["delete"],
        [AgentStatus.Running] = ["stop", "restart", "scale", "update", "delete"],
        [AgentStatus.Failed] = ["start", "update", "delete"],
        [AgentStatus.Stopping] = ["delete"],
        [AgentStatus.Stopped] = ["start", "update", "delete"],
        [AgentStatus.Deleting] = ["delete"],
    };

    public static TheoryData<AgentStatus, string> Allowed => [.. Accepted.SelectMany(row => row.Value.Select(change => (row.Key, change)))];

    public static TheoryData<AgentStatus, string> Forbidden => [.. Accepted.SelectMany(row => Changes.Except(row.Value).Select(change => (row.Key, change)))];

    [Theory]
    [MemberData(nameof(Allowed))]
    public async Task What_the_state_allows_is_an_operation_that_waits(AgentStatus status, string change)
    {
        var id = await fixture.InStateAsync(status);
        var response = await fixture.OrderAsync(id, change);
        var body = await response.JsonAsync();

        Assert.True((int)response.StatusCode == 202, body.ToJsonString());
        await CheckAsync(change, response);
        var operation = $"/api/operations/{body["operation"]!["id"]}";
        Assert.Equal($"/api/agents/{id}", response.Headers.Location?.ToString());
        Assert.Equal(operation, response.Headers.GetValues("Operation-Location").Single());
        Assert.True(response.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        var expected = change switch { "stop" => "STOPPING", "delete" => "DELETING", _ => "QUEUED" };
        Assert.Equal(expected, (string?)body["status"]);

        using var client = fixture.Api.Client();
        var read = await (await client.GetAsync(operation)).JsonAsync();
        Assert.Equal((change, "NotStarted", $"{id}"), (((string)read["kind"]!).ToLowerInvariant(), (string?)read["status"], (string?)read["agentId"]));
        var agent = await (await client.GetAsync($"/api/agents/{id}")).JsonAsync();
        Assert.Equal((expected, operation), ((string?)agent["status"], (string?)agent["links"]!["operation"]));
        Assert.Equal(change is "scale" or "update" ? 2 : 1, (int)agent["revision"]!);
    }

    [Theory]
    [MemberData(nameof(Forbidden))]
    public async Task What_the_state_forbids_is_a_conflict_and_changes_nothing(AgentStatus status, string change)
    {
        var id = await fixture.InStateAsync(status);
        var before = await fixture.Api.Get<AgentStore>().FindAsync(id, default);

        var response = await fixture.OrderAsync(id, change);

        await CheckAsync(change, response);
        if (status is AgentStatus.Running or AgentStatus.Failed or AgentStatus.Stopped)
        {
            var problem = await response.ProblemAsync(409, "agent-state");
            Assert.Contains($"is {status.ToString().ToUpperInvariant()}", (string?)problem["detail"], StringComparison.Ordinal);
        }
        else
        {
            await response.ProblemAsync(409, "operation-in-flight");
            Assert.Equal($"/api/operations/{before!.OperationId}", response.Headers.GetValues("Operation-Location").Single());
        }

        Assert.Equal(before?.ToString(), (await fixture.Api.Get<AgentStore>().FindAsync(id, default))?.ToString());
        Assert.Null(await fixture.Api.Get<AgentStore>().GetRevisionAsync(id, 2, default));
    }

    [Theory]
    [InlineData("stop")]
    [InlineData("restart")]
    [InlineData("scale")]
    [InlineData("update")]
    public async Task Of_those_who_come_at_once_one_is_accepted(string change)
    {
        var id = await fixture.InStateAsync(AgentStatus.Running);
        var responses = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => fixture.OrderAsync(id, change)));

        Assert.Single(responses, response => (int)response.StatusCode == 202);
        foreach (var refused in responses.Where(response => (int)response.StatusCode != 202))
            await refused.ProblemAsync(409, "operation-in-flight");
    }

    [Fact]
    public async Task A_stranger_finds_nothing_to_change()
    {
        var id = await fixture.InStateAsync(AgentStatus.Running);
        foreach (var change in Changes)
        {
            await (await fixture.OrderAsync(Tokens.Of(Guid.NewGuid()), id, change)).ProblemAsync(404, "not-found");
            await (await fixture.OrderAsync(Guid.NewGuid(), change)).ProblemAsync(404, "not-found");
        }

        Assert.Equal(AgentStatus.Running, (await fixture.Api.Get<AgentStore>().FindAsync(id, default))?.Status);
    }

    [Fact]
    public async Task An_update_needs_a_condition_that_holds()
    {
        var id = await fixture.InStateAsync(AgentStatus.Running);
        using var client = fixture.Api.Client();
        var tag = (await client.GetAsync($"/api/agents/{id}")).Headers.ETag!.ToString();

        await (await PutAsync(client, id, null)).ProblemAsync(428, "precondition-required");
        await (await PutAsync(client, id, "\"999\"")).ProblemAsync(412, "precondition-failed");
        await (await PutAsync(client, id, $"W/{tag}")).ProblemAsync(412, "precondition-failed");
        await (await PutAsync(client, id, "nonsense")).ProblemAsync(400, "invalid-parameter");
        Assert.Equal(202, (int)(await PutAsync(client, id, tag)).StatusCode);
        // Its own change has made the tag an old one.
        await (await PutAsync(client, id, tag)).ProblemAsync(412, "precondition-failed");
    }

    private static Task CheckAsync(string change, HttpResponseMessage response) => change switch
    {
        "update" => OpenApiTests.CheckAsync("put", "/api/agents/{id}", response),
        "delete" => OpenApiTests.CheckAsync("delete", "/api/agents/{id}", response),
        _ => OpenApiTests.CheckAsync("post", $"/api/agents/{{id}}/{change}", response),
    };

    private static async Task<HttpResponseMessage> PutAsync(HttpClient client, Guid id, string? condition)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/agents/{id}") { Content = ApiFixture.Json(OrderedFixture.Replicable(2).ToJsonString()) };
        if (condition is not null)
            request.Headers.TryAddWithoutValidation("If-Match", condition);
        return await client.SendAsync(request);
    }
}
