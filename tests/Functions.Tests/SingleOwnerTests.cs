using Microsoft.Extensions.DependencyInjection;
using MultiAgentInfra.Clients.Local;

namespace MultiAgentInfra.Functions.Tests;

public sealed class SingleOwnerTests
{
    [Fact]
    public async Task A_target_that_cannot_separate_agents_takes_those_of_one_owner_only()
    {
        await using var api = new ApiFixture { Configure = builder => builder.Services.AddSingleton(new LocalIsolation(true, "For one owner.")) };
        await api.InitializeAsync();
        await api.PostAsync();
        await api.PostAsync();

        using var stranger = api.Client(Tokens.Of(Guid.NewGuid()));
        var refused = await stranger.PostAsync("/api/agents", ApiFixture.Json(ApiFixture.Agent().ToJsonString()));

        Assert.StartsWith("For one owner.", (string?)(await refused.ProblemAsync(403, "single-owner"))["detail"], StringComparison.Ordinal);
        Assert.Equal(200, (int)(await stranger.GetAsync("/api/agents")).StatusCode);
    }

    [Fact]
    public async Task A_port_in_use_ends_the_start_with_an_error()
    {
        await using var api = new ApiFixture();
        await api.InitializeAsync();
        Assert.Equal(1, await EmbeddedControlPlane.RunAsync(new CommandLine(new Uri(api.App.Urls.First()).Port, api.Data, "localhost", false), TextWriter.Null));
    }
}
