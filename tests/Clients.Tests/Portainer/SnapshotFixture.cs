using MultiAgentInfra.Clients.Kubernetes;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Clients.Tests.Processes;

namespace MultiAgentInfra.Clients.Tests.Portainer;

/// <summary>An agent that runs with one version of ElizaOS, and its ways to another and back.</summary>
internal static class SnapshotFixture
{
    public const string Old = "1.7.2";
    public const string New = "1.8.0";

    /// <summary>A cluster with snapshots, and on it a singleton of the old version that was stopped.</summary>
    public static async Task<(ClusterFixture Fixture, AgentLaunch First)> StoppedAsync(bool hasSnapshots = true)
    {
        var fixture = await ClusterFixture.StartAsync();
        // Longer than an agent takes to start and to write: who does not wait copies too much.
        fixture.Cluster.Times = fixture.Cluster.Times with { Snapshot = TimeSpan.FromSeconds(20) };
        if (hasSnapshots)
            fixture.Cluster.AllowSnapshots();
        var first = await fixture.DeployAsync();
        await fixture.StopAsync(first);
        return (fixture, first);
    }

    /// <summary>The next revision, of the new version.</summary>
    public static AgentLaunch After(this ClusterFixture fixture, AgentLaunch launch, string version = New) =>
        fixture.NewLaunch(launch.AgentId, launch.Revision + 1, deployment: launch.Deployment) with { ElizaVersion = version };

    /// <summary>The launch by which the operation of a failed one goes back.</summary>
    public static AgentLaunch BackFrom(this AgentLaunch first, AgentLaunch failed) => first with { Attempt = first.Attempt + 1, OperationId = failed.OperationId };

    /// <summary>Prepares as an orchestration does: again and again, each time with nothing in memory, until all is there.</summary>
    /// <returns>What people read of it.</returns>
    public static async Task<string> PrepareUntilReadyAsync(this ClusterFixture fixture, AgentLaunch launch, bool retries = false)
    {
        var failures = 0;
        for (var look = 0; look < 100; look++)
        {
            try
            {
                var prepared = await fixture.NewTarget().PrepareAsync(launch, new("agents", Nothing, Nothing), TestDeadline.Token());
                if (prepared.IsReady)
                    return prepared.What;
            }
            catch (Exception exception) when (retries && exception is ApiException or InvalidOperationException && ++failures < 3)
            {
                // As the retry policy of the step does.
            }

            fixture.Pass(1);
        }

        throw new TimeoutException($"Launch {launch.Revision} was never ready.");

        static Task Nothing(string folder, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    /// <summary>Prepared, started, and up.</summary>
    /// <returns>What people read of the preparation.</returns>
    public static async Task<string> RunAsync(this ClusterFixture fixture, AgentLaunch launch, bool retries = false)
    {
        var what = await fixture.PrepareUntilReadyAsync(launch, retries);
        await fixture.StartAsync(launch);
        Assert.Equal(launch, Assert.IsAssignableFrom<AgentState.Running>(await fixture.WatchAsync(launch)).Launch);
        return what;
    }

    public static IReadOnlyList<string> Snapshots(this ClusterFixture fixture) => [.. fixture.Cluster.Objects("volumesnapshots").Select(item => (string)item["metadata"]!["name"]!)];

    public static string NameOf(this AgentLaunch launch) => KubernetesNames.Snapshot(launch.AgentId, launch.Revision, launch.Attempt);
}
