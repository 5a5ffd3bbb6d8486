using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using MultiAgentInfra.Clients.Eliza;
using MultiAgentInfra.Clients.Local;
using MultiAgentInfra.Clients.Processes;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Clients.Tests.Local;
using MultiAgentInfra.Clients.Tests.Processes;

namespace MultiAgentInfra.Clients.Tests.Eliza;

/// <summary>The real packages, installed as the runtime image installs them, and started as a deployment starts them.</summary>
[Trait("Needs", "Server")]
[Trait("Category", "Long")]
public sealed class RealAgentTests : IAsyncDisposable
{
    private const string Canary = "canary-value-7b2e91";
    private static readonly string[] Packages = ["core", "server", "plugin-sql", "plugin-bootstrap"];

    private readonly AgentMachine _machine = new();
    private readonly HttpClient _http = new();

    [Fact]
    public async Task An_agent_boots_on_its_port_keeps_its_secrets_and_stops_cleanly()
    {
        using var target = _machine.NewTarget();
        var launch = _machine.NewLaunch() with { Port = FreePort() };
        await target.PrepareAsync(launch, new("agents", InstallAsync, AgentMachine.Character(Character(launch.AgentId, "bootstrap"))), Deadline());
        var secrets = new Dictionary<string, string>(AgentMachine.Secrets) { ["MY_SERVICE_KEY"] = Canary };
        await target.StartAsync(launch.AgentId, secrets, new Dictionary<string, string>(), Deadline());

        var client = new ElizaClient(_http, TimeProvider.System);
        await UntilHealthyAsync(target, client, launch);
        Assert.True(await client.IsServingAsync(launch.Port, secrets["ELIZA_SERVER_AUTH_TOKEN"], launch.AgentId, Deadline()));
        Assert.Equal(["MY_SERVICE_KEY", "OPENAI_API_KEY"], await StoredSecretsAsync(launch, secrets["ELIZA_SERVER_AUTH_TOKEN"]));

        await AssertPortIsRefusedAsync(target, launch.Port);
        await target.SignalStopAsync(launch.AgentId, kill: false);
        Assert.Equal(0, (await AgentMachine.UntilExitedAsync(target, launch.AgentId)).Code);
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(_machine.DataOf(launch.AgentId))!, "*", SearchOption.AllDirectories))
            Assert.DoesNotContain(Canary, await File.ReadAllTextAsync(file, Encoding.Latin1, Deadline()), StringComparison.Ordinal);

        await AssertPluginIsMissedAsync(target);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _machine.DisposeAsync();
    }

    private async Task AssertPortIsRefusedAsync(LocalTarget target, int port)
    {
        var launch = _machine.NewLaunch() with { Port = port };
        var lines = await FailAsync(target, launch, "bootstrap");
        Assert.Contains($"start-agent: port {port} on 127.0.0.1 cannot be used: EADDRINUSE.", lines);
    }

    private async Task AssertPluginIsMissedAsync(LocalTarget target)
    {
        var lines = await FailAsync(target, _machine.NewLaunch() with { Port = FreePort() }, "absent");
        Assert.Contains(lines, line => line.StartsWith("start-agent: the plugin @elizaos/plugin-absent cannot be loaded", StringComparison.Ordinal));
    }

    private static async Task<IEnumerable<string>> FailAsync(LocalTarget target, AgentLaunch launch, string plugin)
    {
        await target.PrepareAsync(launch, new("agents", InstallAsync, AgentMachine.Character(Character(launch.AgentId, plugin))), Deadline());
        await target.StartAsync(launch.AgentId, AgentMachine.Secrets, new Dictionary<string, string>(), Deadline());
        Assert.Equal(1, (await AgentMachine.UntilExitedAsync(target, launch.AgentId)).Code);
        return (await target.ReadLogTailAsync(launch.AgentId, 20)).Select(line => line.Text);
    }

    private static async Task UntilHealthyAsync(LocalTarget target, ElizaClient client, AgentLaunch launch)
    {
        var deadline = Deadline();
        while (!(await client.GetHealthAsync(launch.Port, deadline)).IsHealthy)
        {
            if (await target.InspectAsync(launch.AgentId) is not AgentState.Running)
                Assert.Fail(string.Join('\n', await target.ReadLogTailAsync(launch.AgentId, 20)));
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, deadline);
        }
    }

    private async Task<IEnumerable<string>> StoredSecretsAsync(AgentLaunch launch, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(ElizaRoutes.Agents(launch.Port) + $"/{launch.AgentId}"));
        request.Headers.Add("X-API-KEY", token);
        using var response = await _http.SendAsync(request, Deadline());
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Deadline()));
        return [.. answer.RootElement.GetProperty("data").GetProperty("settings").GetProperty("secrets").EnumerateObject().Select(entry => entry.Name)];
    }

    private static async Task InstallAsync(string folder, CancellationToken cancellationToken)
    {
        var app = Directory.CreateDirectory(Path.Combine(folder, "app")).FullName;
        await File.WriteAllTextAsync(Path.Combine(app, "package.json"), """{"private":true}""", cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(app, "start-agent.mjs"), ElizaLauncher.Text, cancellationToken);
        var npm = new ProcessCommand
        {
            FileName = "npm",
            Arguments = ["install", "--ignore-scripts", "--no-audit", "--no-fund", .. Packages.Select(name => $"@elizaos/{name}@1.7.2")],
            WorkingDirectory = app,
            // The machine's own npm settings: which registry it asks is not this test's matter.
            Environment = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
                .ToDictionary(entry => (string)entry.Key, entry => (string)entry.Value!),
        };
        var result = await new ProcessRunner(TimeProvider.System).RunAsync(npm, null, cancellationToken);
        Assert.True(result.ExitCode == 0, result.StdErrTail);
    }

    private static string Character(Guid agentId, string plugin) =>
        $$"""{"id":"{{agentId}}","name":"Secret","bio":["A stone."],"plugins":["@elizaos/plugin-{{plugin}}"]}""";

    private static CancellationToken Deadline() => TestDeadline.Token(minutes: 6);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
