using System.Collections.Concurrent;
using System.Text.Json;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>
/// A Portainer with everything behind it: <c>await using var portainer = await PortainerServer.StartAsync(clock); var cluster = portainer.AddKubernetes("one");</c>.
/// Callers use <see cref="ApiKey"/> (an administrator) or <see cref="UserKey"/> (a user who needs <see cref="PortainerUser.EnvironmentIds"/> and <see cref="PortainerUser.Namespaces"/>).
/// <para>Time: with a <see cref="FakeClock"/> pods go on when the test moves it; with the system's clock they go on by themselves. Nothing polls: what is due is done when somebody looks.
/// By default a pod is pulled in 1 s, ready 2 s later, and ends 1 s after its signal (<see cref="Cluster.Times"/>).</para>
/// <para>Pods: <c>cluster.When(pod => pod.Image.Contains(digest), Behaviour.Crash(1, "no database"))</c>, and NeverReady, ImagePullFails, Unschedulable, OutOfMemory, Denied, ReadyAfter,
/// SlowTermination, StuckTermination, Completes; <see cref="Cluster.WhenAgent"/>, <see cref="Cluster.Evict"/>,
/// <see cref="Cluster.SetNodes"/>, <see cref="Cluster.LoseNode"/>, <see cref="Cluster.RequirePullSecret"/>, <see cref="Cluster.ControlPlaneAddress"/>, <see cref="Cluster.ForgetScripts"/>.</para>
/// <para>Faults: <c>portainer.Fail(PortainerFault.Timeout("PUT", "/api/stacks/*", acts: true))</c>, and Error, Drop, Slow, Stale, RowWithoutObjects, ObjectsWithoutRow;
/// <see cref="AsynchronousStacks"/>; <see cref="ManagedEnvironment.IsUp"/>; <see cref="PendingFaults"/> are those that no call met.</para>
/// <para>Afterwards: <see cref="EventLog"/>.MostLivePodsPerAgent(), <see cref="Cluster.ObjectsWith"/>, <see cref="Stacks"/>, <see cref="Calls"/>, UnknownRoutes.</para>
/// </summary>
public sealed partial class PortainerServer : LoopbackServer
{
    public const string ApiKey = "ptr_canary/portainer+key/3f6a9c==";
    public const string UserKey = "ptr_canary/user+key/81d2e0==";
    public const string DefaultVersion = "2.23.0";
    public const string InstanceId = "299ab403-70a8-4c05-92f7-bf7a994d50df";

    /// <summary>The environment and the registry of a server that was started with an engine.</summary>
    public const int EndpointId = 3;
    public const int RegistryId = 7;

    private readonly PortainerState _state;
    private readonly FaultGate _faults;
    private readonly KubernetesStacks _kubernetesStacks;
    private readonly ConcurrentDictionary<int, DockerProxy> _engines = new();

    private PortainerServer(TimeProvider clock)
    {
        var agenda = new Agenda(clock);
        (_state, _faults, EventLog) = (new(agenda), new(clock), new(agenda));
        _kubernetesStacks = new(_state);
    }

    /// <summary>What <c>/api/system/status</c> says.</summary>
    public string Version { get; set; } = DefaultVersion;

    /// <summary>Method, path and query of every call.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>Faults that no call has met yet, or not as often as they should be: a test that is about them asserts that there are none.</summary>
    public IReadOnlyList<PortainerFault> PendingFaults => _faults.Pending;

    /// <summary>All pods that lived on any of its clusters.</summary>
    public EventLog EventLog { get; }

    public PortainerUser Admin { get; } = new(1, "admin", isAdmin: true, ApiKey);

    public PortainerUser User { get; } = new(2, "operator", isAdmin: false, UserKey);

    /// <summary>The stacks of Kubernetes are answered at once and made so much later, a failure shown only in their Status, as some versions of 2026 did.</summary>
    public TimeSpan? AsynchronousStacks
    {
        get => _kubernetesStacks.Delay;
        set => _kubernetesStacks.Delay = value;
    }

    /// <summary>Rows of the table of stacks: id, name, environment and namespace.</summary>
    public IReadOnlyList<(int Id, string Name, int EnvironmentId, string Namespace)> Stacks =>
        _state.Agenda.Run(() => _state.Stacks.Values.Select(row => (row.Id, row.Name, row.EnvironmentId, row.Namespace)).ToArray());

    /// <param name="clock">Null for the system's.</param>
    public static async Task<PortainerServer> StartAsync(TimeProvider? clock = null)
    {
        var server = new PortainerServer(clock ?? TimeProvider.System);
        await server.StartAsync(server.Map);
        return server;
    }

    /// <summary>With one Docker environment, <see cref="EndpointId"/>, in front of a real engine.</summary>
    /// <param name="registryAuth">What the registry with <see cref="RegistryId"/> is stored with: the JSON of an X-Registry-Auth.</param>
    public static async Task<PortainerServer> StartAsync(DockerEngine engine, string registryAuth = "{}")
    {
        var server = await StartAsync();
        server.Add(new(EndpointId, "docker", 1, null, engine));
        server._state.Registries[RegistryId] = new(RegistryId, "registry", "registry.example", 3, registryAuth);
        return server;
    }

    /// <param name="type">5 local, 6 by an agent, 7 by an edge agent.</param>
    public Cluster AddKubernetes(string name, int type = 5) => _state.Agenda.Run(() =>
        Add(new(NextId(), name, type, new(name, _state.Agenda, EventLog), null)).Cluster!);

    public ManagedEnvironment AddDocker(string name, DockerEngine? engine = null) => Add(new(NextId(), name, 1, null, engine));

    /// <returns>The environment of that name.</returns>
    public ManagedEnvironment Environment(string name) => _state.Environments.Single(environment => environment.Name == name);

    /// <returns>Its number.</returns>
    public int AddRegistry(string url, string userName = "", string password = "") => _state.Agenda.Run(() =>
    {
        var id = _state.Registries.Keys.LastOrDefault() + 1;
        _state.Registries[id] = new(id, url, url, 3, JsonSerializer.Serialize(new { username = userName, password, serveraddress = url }));
        return id;
    });

    /// <summary>From now on Portainer logs in to that registry with this.</summary>
    /// <param name="auth">The JSON of an X-Registry-Auth.</param>
    public void SetRegistryLogin(int id, string auth) => _state.Agenda.Run(() => _state.Registries[id] = _state.Registries[id] with { EngineAuth = auth });

    /// <summary>Calls that hang or are slow, at this moment: they go on when the clock does.</summary>
    public int CallsWaiting => _faults.Waiting;

    /// <summary>A slow call is due and not done yet: whoever moves the clock waits for it.</summary>
    public bool IsBehind => _faults.IsBehind;

    public void Fail(PortainerFault fault) => _faults.Add(fault);

    /// <summary>Works again.</summary>
    public void Heal() => _faults.Clear();

    /// <summary>A row that somebody made, without objects.</summary>
    public int AddStackRow(string name, string environment, string @namespace, string file = "") => _state.Agenda.Run(() =>
    {
        var row = new StackRow(_state.NewStackId(), name, 3, Environment(environment).Id, @namespace, file);
        _state.Put(row);
        return row.Id;
    });

    private int NextId() => _state.Environments.Count == 0 ? 1 : _state.Environments.Max(environment => environment.Id) + 1;

    private ManagedEnvironment Add(ManagedEnvironment environment)
    {
        _state.Environments.Add(environment);
        if (environment.Engine is { } engine)
            _engines[environment.Id] = new(_state, engine);
        return environment;
    }
}
