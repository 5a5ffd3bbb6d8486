using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Agents;

namespace MultiAgentInfra.Functions.Tests.Lifecycle;

/// <summary>What a request for another number of replicas may say, and that a change which is repeated happens once.</summary>
public sealed class ScaleRequestTests(OrderedFixture fixture) : IClassFixture<OrderedFixture>
{
    private const string Range = "must be a whole number from 1 to 100";

    [Theory]
    [InlineData("{}", "replicas: is required")]
    [InlineData("""{"replicas":"3"}""", $"replicas: {Range}")]
    [InlineData("""{"replicas":1.5}""", $"replicas: {Range}")]
    [InlineData("""{"replicas":0}""", $"replicas: {Range}")]
    [InlineData("""{"replicas":-1}""", $"replicas: {Range}")]
    [InlineData("""{"replicas":101}""", $"replicas: {Range}")]
    [InlineData("""{"replicas":1e999}""", $"replicas: {Range}")]
    [InlineData("""{"replicas":null}""", $"replicas: {Range}")]
    [InlineData("""{"replicas":[3]}""", $"replicas: {Range}")]
    [InlineData("""{"replicas":2,"replicas":3}""", "replicas: is given twice")]
    [InlineData("""{"replicas":0,"replicable":true,"maxReplicas":0}""", $"maxReplicas: is not known", "replicable: is not known", $"replicas: {Range}")]
    [InlineData("[]", ": must be an object")]
    public async Task Every_problem_of_its_body_is_named_at_once(string body, params string[] errors)
    {
        var id = await fixture.InStateAsync(AgentStatus.Running);
        var problem = await (await fixture.OrderAsync(id, "scale", body: body)).ProblemAsync(422, "validation");

        Assert.Equal(errors, problem.Errors().Select(error => $"{error.Key}: {error.Value}").Order(StringComparer.Ordinal));
        Assert.Equal(AgentStatus.Running, (await fixture.Api.Get<AgentStore>().FindAsync(id, default))?.Status);
    }

    [Fact]
    public async Task A_body_that_is_none_is_refused_as_everywhere()
    {
        var id = await fixture.InStateAsync(AgentStatus.Running);
        using var client = fixture.Api.Client();
        await (await client.PostAsync($"/api/agents/{id}/scale", null)).ProblemAsync(415, "unsupported-media-type");
        await (await fixture.OrderAsync(id, "scale", body: "{")).ProblemAsync(400, "malformed-json");
    }

    [Fact]
    public async Task A_singleton_stays_one()
    {
        var id = await fixture.InStateAsync(AgentStatus.Running, ApiFixture.Agent());
        var problem = await (await fixture.OrderAsync(id, "scale", body: """{"replicas":2}""")).ProblemAsync(422, "validation");

        Assert.Equal("can be more than one only for an agent that is replicable", problem.Errors()["replicas"]);
        await AssertSameAsync(id, 1);
    }

    [Fact]
    public async Task As_many_as_there_are_is_a_conflict() => await AssertSameAsync(await fixture.InStateAsync(AgentStatus.Running, OrderedFixture.Replicable(4)), 4);

    [Theory]
    [InlineData("stop", AgentStatus.Running)]
    [InlineData("restart", AgentStatus.Running)]
    [InlineData("scale", AgentStatus.Running)]
    [InlineData("start", AgentStatus.Stopped)]
    public async Task A_repeated_change_happens_once_and_its_key_is_for_nothing_else(string change, AgentStatus status)
    {
        var (id, key) = (await fixture.InStateAsync(status), $"{change}-once");
        var first = await fixture.OrderAsync(id, change, key);
        var after = await fixture.Api.Get<AgentStore>().FindAsync(id, default);
        var again = await fixture.OrderAsync(id, change, key);

        Assert.Equal(202, (int)first.StatusCode);
        Assert.Equal(await first.Content.ReadAsByteArrayAsync(), await again.Content.ReadAsByteArrayAsync());
        Assert.Equal(("true", false), (again.Headers.GetValues("Idempotency-Replayed").Single(), first.Headers.Contains("Idempotency-Replayed")));
        foreach (var header in new[] { "Location", "Operation-Location", "Retry-After" })
            Assert.Equal(first.Headers.GetValues(header), again.Headers.GetValues(header));
        Assert.Equal(after?.ToString(), (await fixture.Api.Get<AgentStore>().FindAsync(id, default))?.ToString());

        var other = await fixture.InStateAsync(status);
        await (await fixture.OrderAsync(other, change, key)).ProblemAsync(422, "idempotency-key-reused");
        await (await fixture.OrderAsync(id, change == "scale" ? "stop" : "scale", key)).ProblemAsync(422, "idempotency-key-reused");
        if (change == "scale")
            await (await fixture.OrderAsync(id, change, key, """{"replicas":2}""")).ProblemAsync(422, "idempotency-key-reused");
    }

    [Fact]
    public async Task An_answer_is_repeated_after_its_operation_has_ended_and_a_refusal_is_not()
    {
        var id = await fixture.InStateAsync(AgentStatus.Running);
        await (await fixture.OrderAsync(id, "start", "later")).ProblemAsync(409, "agent-state");
        var first = await fixture.OrderAsync(id, "stop", "once");
        await fixture.StopAsync(id);

        var again = await fixture.OrderAsync(id, "stop", "once");
        Assert.Equal(await first.Content.ReadAsStringAsync(), await again.Content.ReadAsStringAsync());
        Assert.Equal(AgentStatus.Stopped, (await fixture.Api.Get<AgentStore>().FindAsync(id, default))?.Status);
        Assert.Equal(202, (int)(await fixture.OrderAsync(id, "start", "later")).StatusCode);
    }

    private async Task AssertSameAsync(Guid id, int replicas)
    {
        var problem = await (await fixture.OrderAsync(id, "scale", body: $$"""{"replicas":{{replicas}}}""")).ProblemAsync(409, "agent-state");
        Assert.Equal($"The number of replicas is {replicas} already.", (string?)problem["detail"]);
    }
}
