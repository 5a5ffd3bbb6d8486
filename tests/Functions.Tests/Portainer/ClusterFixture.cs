using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using MultiAgentInfra.Clients;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Characters;
using MultiAgentInfra.EmbeddedRuntime;
using MultiAgentInfra.Functions.Maintenance;
using MultiAgentInfra.TestSupport;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.Functions.Tests.Portainer;

/// <summary>The real application with its engine, store and pipeline in this process, and a Portainer with one cluster as its target, all by one clock.
/// Images stay in a folder, which no node has to pull from; they stand on a small runtime image that is there already.</summary>
public class ClusterFixture : IAsyncLifetime
{
    public const string Canary = "canary \"c41d\" + öß / 58aa = end";
    private const string Host = "registry.example";
    private const string Base = $"{Host}/node@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    // Orchestrators pause for less; what works and does not wait has only timers for when it takes too long.
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Meanwhile = TimeSpan.FromMilliseconds(10);
    private const int QuietLooks = 3;
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private ApiFixture _api = null!;

    public FakeClock Clock { get; } = new();

    public PortainerServer Portainer { get; private set; } = null!;

    public Cluster Cluster { get; private set; } = null!;

    public IReadOnlyCollection<string> Logs => _api.Logs;

    /// <summary>Where the control plane keeps its files.</summary>
    public string Data => _api.Data;

    public T Get<T>()
        where T : notnull => _api.Get<T>();

    public virtual async ValueTask InitializeAsync()
    {
        Portainer = await PortainerServer.StartAsync(Clock);
        Cluster = Portainer.AddKubernetes("one");
        _api = new()
        {
            RunsOrders = true,
            MoreSettings = new Dictionary<string, string?>
            {
                ["Portainer:Address"] = Portainer.Address,
                ["Portainer:ApiKey"] = PortainerServer.ApiKey,
                ["Registry:Address"] = Host,
                ["Build:BaseImage"] = Base,
            },
            Configure = builder => Configure(builder.Services),
        };
        await _api.InitializeAsync();
        using var agent = JsonDocument.Parse(NewAgent().ToJsonString());
        await ReleasedRuntime.MakeAsync(_api, Submission.Read(agent.RootElement, Guid.NewGuid(), _api.Get<TargetAdmission>(), []).Plugins);
        await WarmUpAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _api.DisposeAsync();
        await Portainer.DisposeAsync();
    }

    /// <summary>No test finds what one before it has set up and, failing, left behind.</summary>
    public void Calm()
    {
        Portainer.Heal();
        Portainer.AsynchronousStacks = null;
        Portainer.Environment("one").IsUp = true;
        Cluster.ForgetScripts();
    }

    public HttpClient Client(Guid owner) => _api.Client(Tokens.Make(Tokens.Claims(owner).With("iat", 0).With("exp", Clock.GetUtcNow().AddYears(1).ToUnixTimeSeconds())));

    public static JsonObject NewAgent(string name = "Juniper")
    {
        var agent = ApiFixture.Agent(name);
        agent["target"] = "portainer";
        agent["secrets"] = new JsonObject { ["MY_KEY"] = Canary };
        return agent;
    }

    /// <summary>Posts an agent that is accepted.</summary>
    public static async Task<AcceptedAgent> PostAsync(HttpClient client, JsonObject? agent = null) =>
        await AcceptedAgent.ReadAsync(await client.PostAsync("/api/agents", ApiFixture.Json((agent ?? NewAgent()).ToJsonString())));

    /// <summary>Posts an agent as a release with that version of ElizaOS did.</summary>
    public async Task<AcceptedAgent> PostEarlierAsync(Guid owner, string elizaVersion)
    {
        var organization = await _api.Get<OrganizationStore>().GetPersonalAsync(owner.ToString(), default);
        using var json = JsonDocument.Parse(NewAgent().ToJsonString());
        var agent = Submission.Read(json.RootElement, organization, _api.Get<TargetAdmission>(), []);
        var packages = agent.Plugins.Packages.Select(package => package.Name == PluginCatalogue.ElizaPackage ? package with { Version = elizaVersion } : package);
        agent = agent with { Plugins = new([.. packages], elizaVersion) };
        await ReleasedRuntime.MakeAsync(_api, agent.Plugins);
        var created = Assert.IsType<CreateResult.Created>(await _api.Get<AgentStore>().CreateAsync(agent, null, default));
        await _api.Get<OutboxDispatcher>().DispatchAsync(_api.Get<DurableTaskClient>(), default);
        return new(created.Agent.Id, created.Operation.Id);
    }

    public static async Task<AcceptedAgent> PutAsync(HttpClient client, Guid agentId, JsonObject agent)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/agents/{agentId}") { Headers = { { "If-Match", "*" } }, Content = ApiFixture.Json(agent.ToJsonString()) };
        return await AcceptedAgent.ReadAsync(await client.SendAsync(request));
    }

    public static async Task<AcceptedAgent> ScaleAsync(HttpClient client, Guid agentId, int replicas) =>
        await AcceptedAgent.ReadAsync(await client.PostAsync($"/api/agents/{agentId}/scale", ApiFixture.Json($$"""{"replicas":{{replicas}}}""")));

    public static async Task<AcceptedAgent> DeleteAsync(HttpClient client, Guid agentId)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"/api/agents/{agentId}") { Headers = { { "If-Match", "*" } } };
        return await AcceptedAgent.ReadAsync(await client.SendAsync(request));
    }

    /// <summary>Lets time go by until the operation has ended.</summary>
    /// <returns>The operation as a user reads it.</returns>
    public async Task<JsonNode> EndAsync(HttpClient client, Guid operationId)
    {
        JsonNode operation = null!;
        await UntilAsync($"operation {operationId} to end", async () => IsEnded(operation = await ReadAsync(client, operationId)));
        return operation;
    }

    /// <summary>The same with so many agents at once that time goes by in steps, whenever nothing happens any more.</summary>
    public async Task<JsonNode> EndAsync(HttpClient client, Guid operationId, TimeSpan step)
    {
        var (seen, quiet) = (0, 0);
        return await Wait.ForAsync(
            $"operation {operationId} to end",
            TimeSpan.FromMinutes(10),
            async () =>
            {
                if (await ReadAsync(client, operationId) is var operation && IsEnded(operation))
                    return operation;
                var now = Portainer.Calls.Count + Logs.Count;
                (seen, quiet) = (now, now == seen ? quiet + 1 : 0);
                if (quiet < QuietLooks)
                    return null;
                quiet = 0;
                Clock.Advance(step);
                return null;
            },
            TimeSpan.FromMilliseconds(10));
    }

    /// <summary>Lets time go by until it is so.</summary>
    public Task UntilAsync(string what, Func<Task<bool>> isSo) => Wait.ForAsync(
        what,
        Deadline,
        async () =>
        {
            if (await isSo())
                return what;
            LetTimePass();
            return null;
        },
        TimeSpan.FromMilliseconds(1));

    private static async Task<JsonNode> ReadAsync(HttpClient client, Guid operationId) =>
        (await client.GetFromJsonAsync<JsonNode>(new Uri($"/api/operations/{operationId}", UriKind.Relative)))!;

    private static bool IsEnded(JsonNode operation) => (string)operation["status"]! is not ("NotStarted" or "Running");

    /// <summary>Until what waits goes on; work that is under way is not made to seem slow.</summary>
    private void LetTimePass()
    {
        if (Portainer.IsBehind)
            return;
        var next = Clock.NextTimer - Clock.GetUtcNow() ?? LongestPause;
        Clock.Advance(Portainer.CallsWaiting > 0 ? LongestPause : next <= LongestPause ? next : Meanwhile);
    }

    /// <summary>The first time is slow, and time goes by meanwhile.</summary>
    private async Task WarmUpAsync()
    {
        using var client = Client(Guid.NewGuid());
        var accepted = await PostAsync(client);
        await EndAsync(client, accepted.OperationId);
        await EndAsync(client, (await DeleteAsync(client, accepted.AgentId)).OperationId);
    }

    private void Configure(IServiceCollection services)
    {
        services.AddSingleton<TimeProvider>(Clock);
        var store = services.Single(service => service.ServiceType == typeof(ControlDatabase));
        ((ControlDatabase)store.ImplementationFactory!(null!)).Dispose();
        services.AddSingleton(provider => new ControlDatabase(provider.GetRequiredService<DataFolder>(), Clock));
        // It tells what is being written from what is left over by the times of files.
        services.AddSingleton(provider => new OciLayout(provider.GetRequiredService<DataFolder>().Registry, TimeProvider.System));
        services.AddSingleton<IImageRegistry>(provider => provider.GetRequiredService<OciLayout>());
    }
}

/// <summary>An agent and the operation that works on it.</summary>
public sealed record AcceptedAgent(Guid AgentId, Guid OperationId)
{
    public static async Task<AcceptedAgent> ReadAsync(HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == 202, body);
        var accepted = JsonNode.Parse(body)!;
        return new((Guid)accepted["agentId"]!, (Guid)accepted["operation"]!["id"]!);
    }
}
