using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport;

/// <summary>The real program as a process of its own, on a free port, driven over HTTP as a user would.</summary>
public sealed class ControlPlane : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(30);
    private readonly ConcurrentQueue<string> _output = new();
    private readonly string? _searchPath;
    private Process _process = new();

    private ControlPlane(string data, string? searchPath) => (Data, _searchPath) = (data, searchPath);

    /// <summary>Settings as environment variables, such as <c>Registry__Address</c>; they count from the next start.</summary>
    public Dictionary<string, string> Settings { get; } = [];

    /// <summary>The data folder.</summary>
    public string Data { get; }

    public HttpClient Http { get; private set; } = new();

    /// <summary>All that the program has printed, over all its lives.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Starts on a fresh data folder that every user may enter, so that agents can have uids of their own.</summary>
    /// <param name="searchPath">Its PATH, where it is not to be the test's.</param>
    /// <param name="settings">See <see cref="Settings"/>.</param>
    public static async Task<ControlPlane> StartAsync(string? searchPath = null, IReadOnlyDictionary<string, string>? settings = null)
    {
        var data = Directory.CreateTempSubdirectory("multi-agent-infra-").FullName;
        File.SetUnixFileMode(data, (UnixFileMode)0b111_001_001);
        var controlPlane = new ControlPlane(data, searchPath);
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
            controlPlane.Settings[name] = value;
        await controlPlane.RestartAsync();
        return controlPlane;
    }

    /// <summary>Starts again on the same data folder, after <see cref="KillAsync"/> or <see cref="StopAsync"/>.</summary>
    public async Task RestartAsync(params string[] options)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { Program, "--port", "0", "--data", Data }.Concat(options))
            start.ArgumentList.Add(argument);
        if (_searchPath is not null)
            start.Environment["PATH"] = _searchPath;
        foreach (var (name, value) in Settings)
            start.Environment[name] = value;
        _process = new Process { StartInfo = start };
        var life = new ConcurrentQueue<string>();
        DataReceivedEventHandler read = (_, line) =>
        {
            if (line.Data is null)
                return;
            life.Enqueue(line.Data);
            _output.Enqueue(line.Data);
        };
        _process.OutputDataReceived += read;
        _process.ErrorDataReceived += read;
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();

        var token = await Wait.ForAsync($"the token line; so far:\n{Output}", StartDeadline, () => Task.FromResult(After(life, "token: ")));
        var url = await Wait.ForAsync($"the listening line; so far:\n{Output}", StartDeadline, () => Task.FromResult(After(life, "listening: ")));
        Http = new HttpClient { BaseAddress = new Uri(url), Timeout = TimeSpan.FromSeconds(100) };
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>SIGKILL, as a power cut or the kernel's memory killer would.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, as a service manager sends it; answers the exit code.</summary>
    public async Task<int> StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    /// <summary>Posts an agent and answers the accepted body.</summary>
    public async Task<JsonNode> PostAgentAsync(object agent) =>
        await AcceptedAsync(await Http.PostAsJsonAsync("/api/agents", agent, JsonSerializerOptions.Default));

    /// <summary>Long-polls the operation until <paramref name="met"/>.</summary>
    public Task<JsonNode> WaitForOperationAsync(string id, string what, TimeSpan deadline, Func<JsonNode, bool> met) =>
        Wait.ForAsync(what, deadline, async () =>
        {
            var operation = await GetAsync($"/api/operations/{id}");
            return met(operation) ? operation : null;
        });

    public Task<JsonNode> WaitForEndAsync(string id, TimeSpan deadline) =>
        WaitForOperationAsync(id, $"the end of operation {id}", deadline, operation => Status(operation) is "Succeeded" or "Failed" or "Canceled");

    public async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await Http.GetStringAsync(path))!;

    /// <summary>Puts a new revision of the agent, whatever it is now, and answers the accepted body.</summary>
    public async Task<JsonNode> PutAgentAsync(string id, object agent)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/agents/{id}") { Content = JsonContent.Create(agent, options: JsonSerializerOptions.Default) };
        request.Headers.IfMatch.Add(EntityTagHeaderValue.Any);
        return await AcceptedAsync(await Http.SendAsync(request));
    }

    /// <summary>Stops, starts or restarts the agent, and answers the accepted body.</summary>
    public async Task<JsonNode> ChangeAgentAsync(string id, string verb) => await AcceptedAsync(await Http.PostAsync($"/api/agents/{id}/{verb}", null));

    public async Task<JsonNode> DeleteAgentAsync(string id)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"/api/agents/{id}");
        request.Headers.IfMatch.Add(EntityTagHeaderValue.Any);
        var response = await Http.SendAsync(request);
        return JsonNode.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync())!;
    }

    private static async Task<JsonNode> AcceptedAsync(HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsStringAsync();
        return response.StatusCode == HttpStatusCode.Accepted
            ? JsonNode.Parse(body)!
            : throw new InvalidOperationException($"{response.RequestMessage} answered {(int)response.StatusCode}: {body}");
    }

    public static string Status(JsonNode node) => node["status"]!.GetValue<string>();

    /// <summary>The step of that name, or null while it has not begun.</summary>
    public static JsonNode? Step(JsonNode operation, string name) =>
        operation["steps"]!.AsArray().FirstOrDefault(step => step!["name"]!.GetValue<string>() == name);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        // Not each with its tree: for hundreds of agents that would read all processes hundreds of times.
        while (AgentProcesses.In(Data) is { Count: > 0 } left)
        {
            foreach (var process in left)
                process.Kill();
        }

        Http.Dispose();
        Directory.Delete(Data, recursive: true);
    }

    private static string Program => Path.Combine(AppContext.BaseDirectory, "MultiAgentInfra.Functions.dll");

    private static string? After(IEnumerable<string> lines, string prefix) =>
        lines.FirstOrDefault(line => line.StartsWith(prefix, StringComparison.Ordinal))?[prefix.Length..].Trim();
}
