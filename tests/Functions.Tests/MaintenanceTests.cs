using Microsoft.Extensions.Logging.Abstractions;
using MultiAgentInfra.Clients.Docker;
using MultiAgentInfra.Clients.Eliza;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.Functions.Maintenance;

namespace MultiAgentInfra.Functions.Tests;

public sealed class MaintenanceTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_running_agent_whose_process_is_gone_is_deployed_again_at_start()
    {
        var (agent, operation) = await api.CommitAsync();
        await api.Get<OperationStore>().StartAsync(operation.Id, default);
        await api.Get<AgentStore>().CompleteDeploymentAsync(operation.Id, agent.Id, Digest.Of("image"u8), null, default);

        await new AgentAdoption(api.Get<AgentStore>(), api.Get<TargetOwnerStore>(), api.Get<IAgentTarget>(), NullLogger<AgentAdoption>.Instance).StartAsync(default);

        var again = await api.Get<AgentStore>().FindAsync(agent.Id, default);
        Assert.Equal((AgentStatus.Queued, 2), (again?.Status, again?.Attempt));
        Assert.NotEqual(operation.Id, again?.OperationId);
    }

    [Fact]
    public async Task Agents_of_a_target_that_is_configured_no_more_stop_the_start()
    {
        await api.CommitAsync();
        const string socket = "unix:///nowhere/docker.sock";
        using var connection = DockerConnection.To(new DockerOptions { Endpoint = socket });
        var spool = Directory.CreateTempSubdirectory();
        using var registry = new RemoteRegistry(new() { Address = "http://127.0.0.1:9" }, spool.FullName, TimeProvider.System, NullLogger<RemoteRegistry>.Instance);
        using var target = new DockerTarget(new(connection, TimeProvider.System), registry, new(socket, "/nowhere", HostNetwork: false), api.Get<ElizaClient>(), NullLogger<DockerTarget>.Instance);

        var adoption = new AgentAdoption(api.Get<AgentStore>(), api.Get<TargetOwnerStore>(), target, NullLogger<AgentAdoption>.Instance);
        var error = await Assert.ThrowsAsync<StartupException>(() => adoption.StartAsync(default));

        spool.Delete(recursive: true);
        Assert.StartsWith("This configuration runs agents on the target 'docker', and the data folder has ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_watched_agent_that_does_not_answer_is_noted_at_each_look_and_logged_when_it_changes()
    {
        var (agent, operation) = await api.CommitAsync();
        await api.Get<OperationStore>().StartAsync(operation.Id, default);
        // Nothing of it was ever started.
        await api.Get<AgentStore>().CompleteDeploymentAsync(operation.Id, agent.Id, Digest.Of("image"u8), null, default);
        await api.Get<MonitorStore>().RegisterAsync(agent.Id, new Uri("http://127.0.0.1:9/"), default);

        for (var look = 0; look < 5; look++)
            await api.Get<HealthPoller>().PollAsync(default);

        var health = (await api.Get<AgentStore>().FindAsync(agent.Id, default))?.Health;
        Assert.False(health?.Healthy);
        Assert.True(health?.Failures >= 5);
        // Twice when the timer's own first look falls into the test's.
        Assert.InRange(api.Logs.Count(line => line.Contains($"{agent.Id} is not healthy", StringComparison.Ordinal)), 1, 2);
    }
}
