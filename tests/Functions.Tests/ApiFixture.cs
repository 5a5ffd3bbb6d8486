using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MultiAgentInfra.Activities;
using MultiAgentInfra.Clients;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Trivy;
using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.Core.Operations;
using MultiAgentInfra.EmbeddedRuntime.Hosting;

namespace MultiAgentInfra.Functions.Tests;

/// <summary>The real application in this process, on a free port and a fresh data folder, with Supabase tokens configured.</summary>
public sealed class ApiFixture : IAsyncLifetime
{
    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["Supabase:JwtSecret"] = Tokens.Secret,
        ["Supabase:Issuer"] = Tokens.Issuer,
        ["Cors:AllowedOrigins:0"] = "https://app.example",
    };

    private readonly LogCapture _logs = new();
    private DataFolder? _folder;

    internal IReadOnlyDictionary<string, string?> MoreSettings { get; init; } = new Dictionary<string, string?>();

    /// <summary>What a test changes before the application is built.</summary>
    internal Action<EmbeddedApplicationBuilder> Configure { get; init; } = _ => { };

    /// <summary>One finding for the policy, one that has no fix, and one that it does not mind.</summary>
    internal static ScanReport Report { get; } = ScanReport.Of(
        "trivy",
        "0.74.0",
        new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero),
        new(2030, 1, 2, 0, 0, 0, TimeSpan.Zero),
        [
            new("CVE-1", "left-pad", "1.0", "1.1", ScanSeverity.Critical, "Overflow", "https://example.com/CVE-1"),
            new("CVE-2", "left-pad", "1.0", null, ScanSeverity.Critical, null, null),
            new("CVE-3", "right-pad", "2.0", "2.1", ScanSeverity.Low, null, null),
        ],
        []);

    public string Data { get; } = Directory.CreateTempSubdirectory("multi-agent-infra-api-").FullName;

    public WebApplication App { get; private set; } = null!;

    public Guid Owner { get; } = Guid.NewGuid();

    public IReadOnlyCollection<string> Logs => _logs.Lines;

    public async ValueTask InitializeAsync()
    {
        File.SetUnixFileMode(Data, (UnixFileMode)0b111_001_001);
        _folder = DataFolder.Open(Data);
        var builder = EmbeddedControlPlane.Compose(new CommandLine(0, Data, "localhost", false), _folder, Settings.Concat(MoreSettings));
        builder.Logging.ClearProviders().AddProvider(_logs).SetMinimumLevel(LogLevel.Trace);
        // What is ordered stays ordered: these are tests of the API, and a running deployment would install packages.
        foreach (var engine in builder.Services.Where(service => service.ImplementationType?.Name == "DurableEngineHost").ToList())
            builder.Services.Remove(engine);
        Configure(builder);
        App = builder.Build();
        await App.StartAsync();
    }

    public T Get<T>() where T : notnull => App.Services.GetRequiredService<T>();

    /// <summary>A client with the owner's token.</summary>
    public HttpClient Client() => Client(Tokens.Of(Owner));

    public HttpClient Client(string? token)
    {
        var client = new HttpClient { BaseAddress = new Uri(App.Urls.First()) };
        if (token is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    public static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    public static JsonObject Agent(string name = "Juniper") => new()
    {
        ["name"] = name,
        ["character"] = new JsonObject { ["name"] = name, ["bio"] = "Keeps the visitor book.", ["plugins"] = new JsonArray("@elizaos/plugin-bootstrap") },
    };

    /// <summary>Posts an agent that is accepted.</summary>
    public async Task<JsonNode> PostAsync(JsonObject? agent = null)
    {
        using var client = Client();
        var response = await client.PostAsync("/api/agents", Json((agent ?? Agent()).ToJsonString()));
        var body = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == 202, body);
        return JsonNode.Parse(body)!;
    }

    /// <summary>Lets the operation's installation print lines, as its step does.</summary>
    internal async Task PrintAsync(Guid operationId, params string[] lines)
    {
        await using var log = await Get<BuildLog>().OpenAsync(new InstallPackages(operationId, "key", "{}", ""), default);
        foreach (var line in lines.DefaultIfEmpty("added 100 packages"))
            log.Write(line);
    }

    /// <summary>Notes an image of the owner's agent, as its deployment does, and a scan of the runtime that it stands on.</summary>
    internal async Task<Digest> PushImageAsync(Guid agentId)
    {
        var organization = await Get<OrganizationStore>().GetPersonalAsync(Owner.ToString(), default);
        var (image, runtime) = (Digest.Of(agentId.ToByteArray()), Digest.Of("runtime"u8));
        await Get<ImageStore>().RecordAsync(new("runtime", runtime, ImageKind.Runtime, "key", 1000), default);
        await Get<ImageStore>().RecordAsync(new($"agents/{organization:D}", image, ImageKind.Agent, "tag", 1000, runtime, null, organization, agentId, 1), default);
        await Get<ScanGate>().RecordAsync(runtime, ScanResult.Of(Report), default);
        await Get<ScanGate>().RecordCleanLayerAsync(image, default);
        return image;
    }

    /// <summary>Stores an agent and no more: what a crash between the commit and the start leaves.</summary>
    internal async Task<(Agent Agent, Operation Operation)> CommitAsync()
    {
        var organization = await Get<OrganizationStore>().GetPersonalAsync(Guid.NewGuid().ToString(), default);
        using var json = JsonDocument.Parse(Agent().ToJsonString());
        var created = await Get<AgentStore>().CreateAsync(Submission.Read(json.RootElement, organization, Get<TargetAdmission>(), []), null, default);
        var both = Assert.IsType<CreateResult.Created>(created);
        return (both.Agent, both.Operation);
    }

    public async ValueTask DisposeAsync()
    {
        await App.StopAsync();
        await App.DisposeAsync();
        _folder?.Dispose();
        _logs.Dispose();
        Directory.Delete(Data, recursive: true);
    }
}

internal static class Responses
{
    public static async Task<JsonNode> JsonAsync(this HttpResponseMessage response) => JsonNode.Parse(await response.Content.ReadAsStringAsync())!;

    /// <summary>The problem, after a check of its form.</summary>
    public static async Task<JsonNode> ProblemAsync(this HttpResponseMessage response, int status, string type)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(status == (int)response.StatusCode, $"{(int)response.StatusCode} {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = JsonNode.Parse(text)!;
        Assert.Equal($"urn:multiagentinfra:problem:{type}", (string?)problem["type"]);
        Assert.Equal(status, (int)problem["status"]!);
        Assert.Matches("^[0-9a-f]{32}$", (string?)problem["traceId"]);
        return problem;
    }

    public static Dictionary<string, string> Errors(this JsonNode problem) =>
        problem["errors"]!.AsArray().GroupBy(error => (string)error!["path"]!).ToDictionary(group => group.Key, group => string.Join("; ", group.Select(error => (string)error!["message"]!)));
}
