using Microsoft.Data.Sqlite;
using MultiAgentInfra.EmbeddedRuntime.Engine;

namespace MultiAgentInfra.Functions.Tests;

public sealed class ReadinessTests
{
    [Fact]
    public async Task Without_its_engine_the_application_is_alive_and_not_ready()
    {
        var api = new ApiFixture();
        await api.InitializeAsync();
        await using var _ = api;
        await api.Get<DurableEngine>().StopAsync();

        await AssertNotReadyAsync(api, "orchestration engine");
    }

    [Fact]
    public async Task Without_its_store_the_application_is_alive_and_not_ready()
    {
        var api = new ApiFixture();
        await api.InitializeAsync();
        await using var _ = api;
        await using (var database = new SqliteConnection($"Data Source={Path.Combine(api.Data, "control.db")};Pooling=False"))
        {
            await database.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = database.CreateCommand();
            command.CommandText = "ALTER TABLE operations RENAME TO lost";
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await AssertNotReadyAsync(api, "store");
    }

    private static async Task AssertNotReadyAsync(ApiFixture api, string part)
    {
        using var client = api.Client(null);
        using var response = await client.GetAsync("/api/health/ready");
        var problem = await response.ProblemAsync(503, "not-ready");
        Assert.Contains(part, (string?)problem["detail"], StringComparison.Ordinal);
        Assert.Equal(["5"], response.Headers.GetValues("Retry-After"));
        Assert.Equal(200, (int)(await client.GetAsync("/api/health/live")).StatusCode);
    }
}
