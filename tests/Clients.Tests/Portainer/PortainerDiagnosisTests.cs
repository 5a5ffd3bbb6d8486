using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Clients.Tests.Processes;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.Clients.Tests.Portainer;

/// <summary>Each way in which an agent does not come up, and what is said of it.</summary>
public sealed class PortainerDiagnosisTests
{
    public static TheoryData<string, Behaviour, string, string> Ways => new()
    {
        { DiagnosisCause.ImagePullFailed, Behaviour.ImagePullFails("not found"), "The cluster cannot pull the image: ", "not found" },
        { DiagnosisCause.CrashLoop, Behaviour.Crash(3, "line 1", "no database"), "last with exit code 3", "no database" },
        { DiagnosisCause.OutOfMemory, Behaviour.OutOfMemory(), "more memory than its limit of 1Gi", "OOMKilled; limit 1Gi" },
        { DiagnosisCause.Unschedulable, Behaviour.Unschedulable(), "0/3 nodes are available: 3 Insufficient memory.", "No preemption victims found" },
        { DiagnosisCause.AdmissionDenied, Behaviour.Denied("admission webhook \"policy.example\" denied the request: no"), "does not admit the agent", "policy.example" },
        { DiagnosisCause.Forbidden, Behaviour.Denied("User \"x\" cannot create resource"), "does not let this be made", "cannot create resource" },
    };

    [Theory]
    [MemberData(nameof(Ways), DisableDiscoveryEnumeration = true)]
    public async Task An_agent_that_does_not_come_up_is_diagnosed(string cause, Behaviour behaviour, string message, string evidence)
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Cluster.When(_ => true, behaviour);
        var launch = await fixture.DeployAsync(seconds: 0);

        var failing = Assert.IsType<AgentState.Failing>(await fixture.WatchAsync(launch, seconds: 120));

        Assert.Equal((cause, launch), (failing.Diagnosis.Cause, failing.Launch));
        Assert.Contains(message, failing.Diagnosis.Message, StringComparison.Ordinal);
        Assert.Contains(failing.Diagnosis.Evidence, line => line.Contains(evidence, StringComparison.Ordinal));
        Assert.NotEmpty(failing.Diagnosis.Hint);
        await fixture.StopAsync(launch);
    }

    [Fact]
    public async Task A_crash_comes_with_the_last_hundred_lines()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Cluster.When(_ => true, Behaviour.Crash(1, [.. Enumerable.Range(1, 150).Select(line => $"line {line}")]));
        var launch = await fixture.DeployAsync(seconds: 0);

        var failing = Assert.IsType<AgentState.Failing>(await fixture.WatchAsync(launch, seconds: 120));

        Assert.Equal(Enumerable.Range(51, 100).Select(line => $"line {line}"), failing.Diagnosis.Evidence);
    }

    [Fact]
    public async Task A_probe_that_fails_is_named_while_the_agent_may_still_be_starting()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Cluster.When(_ => true, Behaviour.NeverReady());
        var launch = await fixture.DeployAsync(seconds: 0);

        var starting = Assert.IsType<AgentState.Starting>(await fixture.WatchAsync(launch, seconds: 120));

        Assert.Equal(DiagnosisCause.ProbeFailed, starting.Diagnosis?.Cause);
        Assert.Contains("HTTP probe failed with statuscode: 503", starting.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_often_heals_by_itself_is_no_failure_yet()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        fixture.Cluster.When(_ => true, Behaviour.Unschedulable());
        var launch = await fixture.DeployAsync(seconds: 0);

        var starting = Assert.IsType<AgentState.Starting>(await fixture.WatchAsync(launch, seconds: 10));
        Assert.Equal(DiagnosisCause.Unschedulable, starting.Diagnosis?.Cause);
        fixture.Cluster.ForgetScripts();

        Assert.IsAssignableFrom<AgentState.Running>(await fixture.WatchAsync(launch));
    }

    [Fact]
    public async Task A_quota_that_is_used_up_is_named()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        var launches = Enumerable.Range(0, 5).Select(_ => fixture.NewLaunch() with { Resources = new(MemoryMiB: 16384) }).ToList();
        foreach (var launch in launches)
            await fixture.DeployAsync(launch, seconds: 0);

        var states = new List<AgentState>();
        foreach (var launch in launches)
            states.Add(await fixture.WatchAsync(launch));

        var refused = Assert.IsType<AgentState.Failing>(Assert.Single(states, state => state is AgentState.Failing));
        Assert.Equal(DiagnosisCause.QuotaExceeded, refused.Diagnosis.Cause);
        Assert.Contains("limits.memory", refused.Diagnosis.Message, StringComparison.Ordinal);
        Assert.Equal(4, states.Count(state => state is AgentState.Running));
    }

    [Fact]
    public async Task What_the_cluster_refuses_at_once_is_said_in_its_own_words_and_is_gone_when_it_is_stopped()
    {
        await using var fixture = await ClusterFixture.StartAsync();
        var target = fixture.NewTarget();
        var launch = await fixture.PrepareAsync(fixture.NewLaunch(), target);
        // A name that is taken by another's object, which the API server will not let be changed into this one.
        fixture.Server.Fail(PortainerFault.Error("POST", "/api/stacks/create/*"));
        fixture.Server.Fail(PortainerFault.Error("POST", "*/statefulsets", status: 403) with { Message = "violates PodSecurity \"restricted:latest\"" });

        await fixture.StartAsync(launch, target);

        var failing = Assert.IsType<AgentState.Failing>(await target.InspectAsync(launch.AgentId, TestDeadline.Token()));
        Assert.Equal(DiagnosisCause.AdmissionDenied, failing.Diagnosis.Cause);
        await target.SignalStopAsync(launch.AgentId, kill: false, TestDeadline.Token());
        Assert.True((await target.InspectAsync(launch.AgentId, TestDeadline.Token())).IsGone);
    }
}
