using Microsoft.Extensions.Logging.Abstractions;
using MultiAgentInfra.Clients.Kubernetes;
using MultiAgentInfra.Clients.Portainer;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Clients.Tests.Local;
using MultiAgentInfra.Clients.Tests.Processes;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.Clients.Tests.Targets;

/// <summary>Agents as stacks of Docker Compose, on a real engine behind a Portainer.</summary>
[Trait("Category", "Long")]
[Trait("Needs", "Server")]
public sealed class PortainerDockerTests(ContainerFixture fixture) : IClassFixture<ContainerFixture>, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("portainer-docker-");
    private readonly List<IDisposable> _open = [];

    private DataFolder? _data;
    private ControlDatabase? _store;

    public void Dispose()
    {
        foreach (var item in _open)
            item.Dispose();
        _store?.Dispose();
        _data?.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task An_agent_is_one_stack_that_shows_no_secret_and_leaves_nothing()
    {
        ContainerFixture.Require();
        await using var server = await PortainerServer.StartAsync(fixture.Engine, fixture.Login);
        var (target, agentId) = (NewTarget(server), Guid.NewGuid());
        var first = await PrepareAsync(target, agentId, attempt: 1);
        Assert.IsType<AgentState.NotStarted>(await target.InspectAsync(agentId));
        await StartAsync(target, agentId);
        Assert.Equal(first.Attempt, (await UntilRunningAsync(target, agentId)).Launch.Attempt);
        await AssertSecretAsync(server, agentId);

        var container = await ContainerAsync(agentId);
        await StartAsync(NewTarget(server), agentId);
        Assert.Equal(container, await ContainerAsync(agentId));
        Assert.Equal(["one", "two"], (await target.ReadLogAsync(agentId, 0, 1024)).Lines.Select(line => line.Text));
        await PrepareAsync(target, agentId, attempt: 2);
        await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(target, agentId));
        await Assert.ThrowsAsync<InvalidOperationException>(() => target.RemoveAsync(agentId, TestDeadline.Token()));

        await StopAsync(target, agentId, kill: false);
        await StartAsync(target, agentId);
        Assert.Equal(2, (await UntilRunningAsync(target, agentId)).Launch.Attempt);
        Assert.Single(server.Stacks);
        await StopAsync(target, agentId, kill: true);
        await target.RemoveTemplateAsync(agentId);
        Assert.IsType<AgentState.NotPrepared>(await target.InspectAsync(agentId));
        Assert.NotEmpty(await LeftAsync(agentId));
        await target.RemoveAsync(agentId, TestDeadline.Token());

        Assert.Equal("", await ContainerAsync(agentId) + await LeftAsync(agentId));
        Assert.Empty(server.Stacks);
    }

    [Fact]
    public async Task A_container_that_ends_by_itself_is_diagnosed_with_its_last_lines()
    {
        ContainerFixture.Require();
        await using var server = await PortainerServer.StartAsync(fixture.Engine, fixture.Login);
        var (target, agentId) = (NewTarget(server), Guid.NewGuid());
        await PrepareAsync(target, agentId, attempt: 1);
        await StartAsync(target, agentId);
        // The engine starts it again, as it does after any end that nobody has asked for.
        await fixture.Engine.RunAsync("exec", ComposeManifest.Name(agentId), "sh", "-c", "kill -TERM 1");

        var failing = await EventuallyAsync<AgentState.Failing>(target, agentId);

        Assert.Equal("CrashLoop", failing.Diagnosis.Cause);
        Assert.Contains("two", failing.Diagnosis.Evidence);
        await StopAsync(target, agentId, kill: true);
        await target.RemoveAsync(agentId, TestDeadline.Token());
    }

    private static Task StartAsync(PortainerTarget target, Guid agentId) =>
        target.StartAsync(agentId, AgentMachine.Secrets, new Dictionary<string, string>(), TestDeadline.Token());

    private static async Task<AgentState.Running> UntilRunningAsync(PortainerTarget target, Guid agentId) => await EventuallyAsync<AgentState.Running>(target, agentId);

    private static Task<T> EventuallyAsync<T>(PortainerTarget target, Guid agentId)
        where T : AgentState => TestSupport.Wait.ForAsync(typeof(T).Name, TimeSpan.FromSeconds(40), async () => await target.InspectAsync(agentId, TestDeadline.Token()) as T);

    private static async Task StopAsync(PortainerTarget target, Guid agentId, bool kill)
    {
        await target.SignalStopAsync(agentId, kill, TestDeadline.Token());
        await TestSupport.Wait.UntilAsync("its end", TimeSpan.FromSeconds(20), async () => (await target.InspectAsync(agentId, TestDeadline.Token())).IsGone);
    }

    private async Task AssertSecretAsync(PortainerServer server, Guid agentId)
    {
        var name = ComposeManifest.Name(agentId);
        Assert.Contains(AgentMachine.SaltCanary, await fixture.Engine.RunAsync("exec", name, "cat", $"{ComposeManifest.SecretsFolder}/{ComposeManifest.SecretsFile}"), StringComparison.Ordinal);
        using var connection = PortainerConnection.To(new() { Address = server.Address, ApiKey = PortainerServer.ApiKey });
        var seen = await new PortainerClient(connection, TimeProvider.System).ReadStackFileAsync(server.Stacks[0].Id, TestDeadline.Token()) + await fixture.Engine.RunAsync("inspect", name);
        Assert.Contains(name, seen, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", seen, StringComparison.Ordinal);
    }

    private async Task<AgentLaunch> PrepareAsync(PortainerTarget target, Guid agentId, int attempt)
    {
        var launch = fixture.NewLaunch(attempt, agentId);
        await fixture.PrepareAsync(target, launch, ignoresStop: false);
        return launch;
    }

    private Task<string> ContainerAsync(Guid agentId) => fixture.Engine.RunAsync("ps", "--all", "--quiet", "--filter", $"name={ComposeManifest.Name(agentId)}");

    private Task<string> LeftAsync(Guid agentId) => fixture.Engine.RunAsync("volume", "ls", "--quiet", "--filter", $"name={ComposeManifest.Name(agentId)}");

    private PortainerTarget NewTarget(PortainerServer server)
    {
        _data ??= DataFolder.Open(_folder.FullName);
        _store ??= new(_data, TimeProvider.System);
        var connection = PortainerConnection.To(new() { Address = server.Address, ApiKey = PortainerServer.ApiKey });
        var target = new PortainerTarget(
            new(connection, new(connection, TimeProvider.System), new(_store), TimeProvider.System), fixture.Registry, new(_store),
            new((_, _) => Task.FromResult(new Placement(PortainerServer.EndpointId, "test")), PortainerServer.RegistryId, []) { HostNetwork = true }, NullLogger<PortainerTarget>.Instance);
        _open.AddRange([target, connection]);
        return target;
    }
}
