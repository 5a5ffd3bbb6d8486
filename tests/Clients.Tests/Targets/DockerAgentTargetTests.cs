using System.Text.Json.Nodes;
using MultiAgentInfra.Clients.Docker;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Clients.Tests.Local;
using MultiAgentInfra.Clients.Tests.Processes;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Tests.Targets;

/// <summary>Against a real Docker Engine and a real registry.</summary>
[Trait("Category", "Long")]
[Trait("Needs", "Server")]
public sealed class DockerAgentTargetTests(ContainerFixture fixture) : AgentTargetTests, IClassFixture<ContainerFixture>
{
    protected override IAgentTarget NewTarget()
    {
        ContainerFixture.Require();
        return fixture.NewTarget();
    }

    protected override AgentLaunch NewLaunch(int attempt, Guid agentId) => fixture.NewLaunch(attempt, agentId);

    protected override Task PrepareAsync(IAgentTarget target, AgentLaunch launch, bool ignoresStop) => fixture.PrepareAsync(target, launch, ignoresStop);

    [Fact]
    public async Task A_container_is_locked_up_and_tells_its_secrets_to_its_own_processes_only()
    {
        var (target, agentId) = (NewTarget(), Guid.NewGuid());
        var launch = await PrepareAsync(target, agentId);
        await StartAsync(target, agentId);

        var container = JsonNode.Parse(await fixture.Engine.RunAsync("inspect", $"agent-{agentId}"))![0]!;
        var (config, host) = (container["Config"]!.AsObject(), container["HostConfig"]!);
        Assert.Equal($"{fixture.Registry.FullName(ContainerFixture.Repository)}@{launch.Image}", config["Image"]!.GetValue<string>());
        Assert.Equal("1000:1000", config["User"]!.GetValue<string>());
        Assert.True(host["ReadonlyRootfs"]!.GetValue<bool>());
        Assert.True(host["Init"]!.GetValue<bool>());
        Assert.Equal("""["ALL"]""", host["CapDrop"]!.ToJsonString());
        Assert.Equal("""["no-new-privileges"]""", host["SecurityOpt"]!.ToJsonString());
        Assert.Equal("no", host["RestartPolicy"]!["Name"]!.GetValue<string>());
        Assert.Equal("json-file", host["LogConfig"]!["Type"]!.GetValue<string>());
        Assert.Equal($"{agentId}", config["Labels"]!["multiagentinfra.agent"]!.GetValue<string>());
        Assert.Equal($"{launch.OperationId}", config["Labels"]!["multiagentinfra.operation"]!.GetValue<string>());
        Assert.Contains($"SECRET_SALT={AgentMachine.SaltCanary}", config["Env"]!.AsArray().Select(variable => variable!.GetValue<string>()));

        config.Remove("Env");
        Assert.DoesNotContain("canary", container.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("canary", string.Join('\n', (await target.ReadLogAsync(agentId, 0, 65536)).Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_create_whose_answer_was_lost_is_not_repeated()
    {
        var (target, agentId) = (NewTarget(), Guid.NewGuid());
        var launch = await PrepareAsync(target, agentId);
        var image = $"{fixture.Registry.FullName(ContainerFixture.Repository)}@{launch.Image}";
        var spec = ContainerSpec.Of(launch, image, $"agent-{agentId}", hostNetwork: true, new Dictionary<string, string>());
        Assert.True(await fixture.Containers.CreateAsync($"agent-{agentId}", spec, [], TestDeadline.Token()));
        Assert.False(await fixture.Containers.CreateAsync($"agent-{agentId}", spec, [], TestDeadline.Token()));
        var created = await fixture.Containers.FindAsync($"agent-{agentId}", TestDeadline.Token());
        Assert.IsType<AgentState.NotStarted>(await target.InspectAsync(agentId));

        await StartAsync(target, agentId);

        Assert.Equal(created!.Id, (await fixture.Containers.FindAsync($"agent-{agentId}", TestDeadline.Token()))!.Id);
        Assert.IsAssignableFrom<AgentState.Running>(await target.InspectAsync(agentId));
    }

    /// <summary>The engine of the tests has no bridge: it takes the settings of the network, and could not start it.</summary>
    [Fact]
    public async Task A_container_of_a_bridge_answers_on_one_port_of_the_loopback()
    {
        var (target, agentId) = (NewTarget(), Guid.NewGuid());
        var launch = await PrepareAsync(target, agentId);
        var image = $"{fixture.Registry.FullName(ContainerFixture.Repository)}@{launch.Image}";
        var spec = ContainerSpec.Of(launch, image, $"agent-{agentId}", hostNetwork: false, new Dictionary<string, string> { ["SERVER_PORT"] = "1" });
        Assert.True(await fixture.Containers.CreateAsync($"agent-{agentId}", spec, [], TestDeadline.Token()));

        var container = JsonNode.Parse(await fixture.Engine.RunAsync("inspect", $"agent-{agentId}"))![0]!;
        Assert.Equal(
            $$"""{"3000/tcp":[{"HostIp":"127.0.0.1","HostPort":"{{launch.Port}}"}]}""", container["HostConfig"]!["PortBindings"]!.ToJsonString());
        var environment = container["Config"]!["Env"]!.AsArray().Select(variable => variable!.GetValue<string>()).ToList();
        Assert.Contains("SERVER_PORT=3000", environment);
        Assert.Contains("SERVER_HOST=0.0.0.0", environment);
    }

    [Fact]
    public async Task A_stranger_with_an_agents_name_is_left_alone()
    {
        var (target, agentId) = (NewTarget(), Guid.NewGuid());
        var launch = await PrepareAsync(target, agentId);
        var image = $"{fixture.Registry.FullName(ContainerFixture.Repository)}@{launch.Image}";
        await fixture.Engine.RunAsync("run", "--detach", "--network", "host", "--name", $"agent-{agentId}", image);

        foreach (var call in new Func<Task>[] { () => StartAsync(target, agentId), () => target.InspectAsync(agentId), () => target.SignalStopAsync(agentId, true), () => target.RemoveAsync(agentId) })
            Assert.Contains("left alone", (await Assert.ThrowsAsync<InvalidOperationException>(call)).Message, StringComparison.Ordinal);
        Assert.Equal("true", await fixture.Engine.RunAsync("inspect", "--format", "{{.State.Running}}", $"agent-{agentId}"));
    }

    [Fact]
    public async Task The_data_outlives_a_container_and_goes_with_the_agent()
    {
        var (target, agentId) = (NewTarget(), Guid.NewGuid());
        await PrepareAsync(target, agentId);
        await StartAsync(target, agentId);
        await target.SignalStopAsync(agentId, kill: true);
        await UntilGoneAsync(target, agentId);
        var volume = await fixture.Engine.RunAsync("volume", "inspect", "--format", "{{.Mountpoint}}", $"agent-{agentId}");
        await File.WriteAllTextAsync(Path.Combine(volume, "memory"), "kept", TestDeadline.Token());

        await PrepareAsync(target, agentId, attempt: 2);
        await StartAsync(target, agentId);
        Assert.Equal("kept", await fixture.Engine.RunAsync("exec", $"agent-{agentId}", "cat", "/data/memory"));
        await target.SignalStopAsync(agentId, kill: true);
        await UntilGoneAsync(target, agentId);
        await target.RemoveAsync(agentId);

        Assert.Empty(await fixture.Engine.RunAsync("ps", "--all", "--quiet", "--filter", $"name=agent-{agentId}"));
        Assert.Empty(await fixture.Engine.RunAsync("volume", "ls", "--quiet", "--filter", $"name=agent-{agentId}"));
    }

    [Fact]
    public async Task An_image_that_the_engine_cannot_pull_is_said_to_be_the_reason()
    {
        var (target, agentId) = (NewTarget(), Guid.NewGuid());
        var launch = NewLaunch(attempt: 1, agentId) with { Image = Digest.Of("no image"u8) };

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => PrepareAsync(target, launch, ignoresStop: false));

        Assert.Contains("manifest unknown", failure.Message, StringComparison.Ordinal);
        Assert.Equal(DiagnosisCause.ImagePullFailed, DiagnosedException.Read(failure.InnerException!.GetType().FullName!, failure.InnerException.Message)!.Cause);
    }

    [Fact]
    public async Task One_that_is_killed_for_its_memory_says_so_with_its_limit()
    {
        var (target, agentId) = (NewTarget(), Guid.NewGuid());
        await PrepareAsync(target, NewLaunch(attempt: 1, agentId) with { Image = fixture.Eats, Resources = new(MemoryMiB: 256) }, ignoresStop: false);
        await StartAsync(target, agentId);
        await UntilGoneAsync(target, agentId);

        var exited = Assert.IsType<AgentState.Exited>(await target.InspectAsync(agentId));

        Assert.Equal((137, DiagnosisCause.OutOfMemory), (exited.Code, exited.Diagnosis?.Cause));
        Assert.Contains("256 MiB", exited.Diagnosis!.Message, StringComparison.Ordinal);
    }
}
