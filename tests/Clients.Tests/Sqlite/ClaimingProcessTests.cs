using static MultiAgentInfra.Clients.Tests.Sqlite.TestStore;
using static MultiAgentInfra.Core.Deployments.RuntimeClaimState;

namespace MultiAgentInfra.Clients.Tests.Sqlite;

/// <summary>The store decides who builds, also between control planes that know nothing of each other but the database.</summary>
[Trait("Category", "Long")]
public sealed class ClaimingProcessTests : IAsyncLifetime
{
    private const int Processes = 4;
    private const int Rounds = 60;

    private readonly TestStore _store = new();
    private readonly List<(ClaimingProcess Process, Guid Operation)> _hosts = [];

    public async ValueTask InitializeAsync()
    {
        for (var i = 0; i < Processes; i++)
        {
            var operation = (await _store.CreateAsync()).Operation.Id;
            _hosts.Add((await ClaimingProcess.StartAsync(_store, operation), operation));
        }
    }

    public ValueTask DisposeAsync()
    {
        foreach (var (process, _) in _hosts)
            process.Dispose();
        _store.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Of_several_processes_that_claim_a_key_at_once_exactly_one_builds()
    {
        for (var round = 0; round < Rounds; round++)
            await ClaimAtOnceAsync($"set-{round}");
    }

    [Fact]
    public async Task A_build_that_failed_is_built_again_by_exactly_one_of_several_processes()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var builder = await ClaimAtOnceAsync("set");
            await _store.RuntimeImages.FailAsync("set", builder, "npm ended with 1.", Token);
        }
    }

    /// <returns>The operation that builds.</returns>
    private async Task<Guid> ClaimAtOnceAsync(string key)
    {
        foreach (var (process, _) in _hosts)
            process.Claim(key);
        var answers = await Task.WhenAll(_hosts.Select(async host => (host.Operation, State: await host.Process.AnswerAsync())));

        Assert.Equal(Processes - 1, answers.Count(answer => answer.State == InFlight));
        return Assert.Single(answers, answer => answer.State == Claimed).Operation;
    }
}
