using Microsoft.Extensions.Logging.Abstractions;
using MultiAgentInfra.Clients.Kubernetes;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Portainer;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Clients.Tests.Local;
using MultiAgentInfra.Clients.Tests.Processes;
using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Clusters;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.TestSupport;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.Clients.Tests.Portainer;

/// <summary>Two clusters behind a Portainer, and the target that runs agents on the first, all by one clock that the test moves.</summary>
internal sealed class ClusterFixture : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("portainer-target-");
    private readonly List<IDisposable> _open = [];
    private readonly RemoteRegistry _registry;
    private readonly DataFolder _data;
    private readonly ControlDatabase _store;

    private ClusterFixture(PortainerServer server, FakeClock clock, RegistryOptions registry)
    {
        (Server, Clock, Cluster) = (server, clock, server.AddKubernetes("one"));
        _registry = new(registry, _folder.FullName, clock, NullLogger<RemoteRegistry>.Instance);
        _data = DataFolder.Open(Path.Combine(_folder.FullName, "data"));
        _store = new(_data, clock);
        Target = NewTarget();
    }

    public PortainerServer Server { get; }

    public FakeClock Clock { get; }

    public Cluster Cluster { get; }

    public PortainerTarget Target { get; }

    public Guid Organization { get; } = Guid.NewGuid();

    public string Space => KubernetesNames.Namespace(Organization);

    public static async Task<ClusterFixture> StartAsync(RegistryOptions? registry = null)
    {
        var clock = new FakeClock();
        return new(await PortainerServer.StartAsync(clock), clock, registry ?? new() { Address = "registry.example" });
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var item in _open)
            item.Dispose();
        _registry.Dispose();
        _store.Dispose();
        _data.Dispose();
        await Server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>As a new life of the control plane has it: with nothing in memory.</summary>
    public PortainerTarget NewTarget(int? registryId = null, params string[] controlPlane) =>
        NewTarget(new PortainerTargetOptions(PlaceAsync, registryId, controlPlane));

    /// <summary>The same with settings for all agents.</summary>
    public PortainerTarget NewTarget(AgentSettings settings) => NewTarget(new PortainerTargetOptions(PlaceAsync, null, []) { Agents = settings });

    private static Task<Placement> PlaceAsync(AgentDemand demand, CancellationToken cancellationToken) => Task.FromResult(new Placement(1, "It goes to 'one' (1)"));

    private PortainerTarget NewTarget(PortainerTargetOptions options)
    {
        var connection = PortainerConnection.To(new() { Address = Server.Address, ApiKey = PortainerServer.ApiKey });
        var clusters = new PortainerClusters(connection, new(connection, Clock), new(_store), Clock);
        var target = new PortainerTarget(
            clusters, _registry, new(_store), options, NullLogger<PortainerTarget>.Instance);
        _open.AddRange([target, connection]);
        return target;
    }

    public AgentLaunch NewLaunch(Guid? agentId = null, int revision = 1, int attempt = 1, AgentDeployment? deployment = null) => new(
        agentId ?? Guid.NewGuid(), revision, attempt, Guid.NewGuid(), Digest.Of(System.Text.Encoding.UTF8.GetBytes($"image {revision}")), Digest.Of("runtime"u8), RuntimeSettings.Port, 0, new AgentResources(),
        Organization, deployment, "1.7.2");

    public async Task<AgentLaunch> PrepareAsync(AgentLaunch launch, PortainerTarget? target = null)
    {
        await (target ?? Target).PrepareAsync(launch, new("agents", Nothing, Nothing), TestDeadline.Token());
        return launch;

        static Task Nothing(string folder, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    /// <summary>Started as an orchestration does it, which asks again while nobody has answered.</summary>
    public async Task StartAsync(AgentLaunch launch, PortainerTarget? target = null, Dictionary<string, string>? secrets = null)
    {
        while (!await StartOnceAsync(launch, target, secrets))
            Pass(1);
    }

    public Task<bool> StartOnceAsync(AgentLaunch launch, PortainerTarget? target = null, Dictionary<string, string>? secrets = null) => (target ?? Target).StartAsync(
        launch.AgentId, secrets ?? AgentMachine.Secrets, new Dictionary<string, string> { ["LOG_LEVEL"] = "debug" }, TestDeadline.Token());

    /// <summary>Prepared, started, and as far as it comes in the time.</summary>
    public async Task<AgentLaunch> DeployAsync(AgentLaunch? launch = null, double seconds = 5)
    {
        launch = await PrepareAsync(launch ?? NewLaunch());
        await StartAsync(launch);
        Pass(seconds);
        return launch;
    }

    public void Pass(double seconds) => Clock.Advance(TimeSpan.FromSeconds(seconds));

    public Task<AgentState> SeeAsync(AgentLaunch launch) => Target.InspectAsync(launch.AgentId, TestDeadline.Token());

    /// <summary>Looks, lets time pass, and looks again, as the watch of a deployment does.</summary>
    public async Task<AgentState> WatchAsync(AgentLaunch launch, double seconds = 60)
    {
        var state = await SeeAsync(launch);
        for (var passed = 0; passed < seconds && state is AgentState.Starting; passed++)
        {
            Pass(1);
            state = await SeeAsync(launch);
        }

        return state;
    }

    /// <summary>Stops it as an orchestration does, until it is gone.</summary>
    public async Task StopAsync(AgentLaunch launch, bool kill = false)
    {
        for (var look = 0; look < 100 && !(await SeeAsync(launch)).IsGone; look++)
        {
            await Target.SignalStopAsync(launch.AgentId, kill, TestDeadline.Token());
            Pass(1);
        }

        Assert.True((await SeeAsync(launch)).IsGone);
    }

    /// <summary>Runs a call that waits by the clock.</summary>
    public async Task WhileTimePassesAsync(Task call)
    {
        while (!call.IsCompleted)
        {
            if (!Server.IsBehind)
                Pass(1);
            await Task.WhenAny(call, Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System));
        }

        await call;
    }

    /// <summary>As somebody with kubectl does.</summary>
    public Task DeleteAsync(string path) => CallAsync(HttpMethod.Delete, path, null);

    /// <summary>As somebody with kubectl does.</summary>
    public Task CreateAsync(string path, string json) => CallAsync(HttpMethod.Post, path, new(json));

    /// <summary>Of the first stack, as whoever may read stacks sees it.</summary>
    public async Task<string> StackFileAsync()
    {
        using var connection = PortainerConnection.To(new() { Address = Server.Address, ApiKey = PortainerServer.ApiKey });
        return await new PortainerClient(connection, Clock).ReadStackFileAsync(Server.Stacks[0].Id, TestDeadline.Token());
    }

    private async Task CallAsync(HttpMethod method, string path, StringContent? body)
    {
        using var client = new HttpClient { DefaultRequestHeaders = { { "X-API-KEY", PortainerServer.ApiKey } } };
        using var request = new HttpRequestMessage(method, $"{Server.Address}/api/endpoints/1/kubernetes/{path}") { Content = body };
        (await client.SendAsync(request)).EnsureSuccessStatusCode();
    }

    public IReadOnlyList<string> Left(AgentLaunch launch) => Cluster.ObjectsWith(KubernetesNames.Selector(launch.AgentId));
}
