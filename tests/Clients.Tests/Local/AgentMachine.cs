using Microsoft.Extensions.Logging.Abstractions;
using MultiAgentInfra.Clients.Eliza;
using MultiAgentInfra.Clients.Local;
using MultiAgentInfra.Clients.Processes;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Clients.Tests.Processes;
using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Tests.Local;

/// <summary>A folder for the local target, and stand-in agents that do as their character says.</summary>
public sealed class AgentMachine : IAsyncDisposable
{
    public const string SaltCanary = "canary-salt-51d7";

    private const string StandIn = """
        import { spawn } from 'node:child_process';
        import { readFileSync, writeFileSync } from 'node:fs';
        const character = JSON.parse(readFileSync(process.argv[2], 'utf8'));
        const note = (name, value) => writeFileSync(name, JSON.stringify(value));
        note('environment.json', process.env);
        note('identity.json', { uid: process.getuid(), gid: process.getgid(), groups: process.getgroups(), cwd: process.cwd(), pid: process.pid });
        if (character.onTerm === 'ignore') process.on('SIGTERM', () => {});
        if (character.onTerm === 'exit') process.on('SIGTERM', () => process.exit(0));
        for (const line of character.say ?? []) console.log(line);
        if (character.exit !== undefined) process.exit(character.exit);
        if (character.read) {
          try { readFileSync(character.read); note('read.json', 'read'); } catch (error) { note('read.json', error.code); }
        }
        if (character.detach) {
          const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
          note('child.json', child.pid);
          child.unref();
        }
        setInterval(() => {}, 1000);
        note('ready.json', true);
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("local-target-");
    private readonly List<Guid> _agents = [];
    private readonly HttpClient _http = new();

    public AgentMachine()
    {
        // Agents run as other users, and those must get through.
        Unix.SetMode(_folder.FullName, Unix.TraverseOnly);
        Options = new LocalTargetOptions(Path.Combine(_folder.FullName, "agents"), Path.Combine(_folder.FullName, "runtimes"), NodePath);
        Isolation = LocalIsolation.Detect(Options);
    }

    public static string NodePath { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Select(folder => Path.Combine(folder, "node")).FirstOrDefault(File.Exists) ?? "/usr/bin/node";

    public static Dictionary<string, string> Secrets { get; } = new()
    {
        ["SECRET_SALT"] = SaltCanary,
        ["ELIZA_SERVER_AUTH_TOKEN"] = "canary-token-90ac",
        ["OPENAI_API_KEY"] = "canary-key-3f1b",
    };

    public LocalTargetOptions Options { get; }

    public LocalIsolation Isolation { get; }

    internal ElizaClient Eliza => new(_http, TimeProvider.System);

    public string Folder => _folder.FullName;

    /// <summary>A target as a new life of the control plane has it: with nothing in memory.</summary>
    public LocalTarget NewTarget() => new(Options, Isolation, TimeProvider.System, Eliza, NullLogger<LocalTarget>.Instance);

    public AgentLaunch NewLaunch(int attempt = 1, Guid? agentId = null)
    {
        var id = agentId ?? Guid.NewGuid();
        _agents.Add(id);
        return new AgentLaunch(
            id, 1, attempt, Guid.NewGuid(), Digest.Of("image"u8), Digest.Of("runtime"u8), 20000, 210001 + _agents.IndexOf(id), new AgentResources());
    }

    public string DataOf(Guid agentId) => Path.Combine(Options.AgentsFolder, agentId.ToString(), "data");

    public static Task UnpackStandInAsync(string folder, CancellationToken cancellationToken)
    {
        var app = Directory.CreateDirectory(Path.Combine(folder, "app"));
        return File.WriteAllTextAsync(Path.Combine(app.FullName, "start-agent.mjs"), StandIn, cancellationToken);
    }

    public static UnpackLayer Character(string json) => (folder, cancellationToken) =>
    {
        var app = Directory.CreateDirectory(Path.Combine(folder, "app"));
        return File.WriteAllTextAsync(Path.Combine(app.FullName, "character.json"), json, cancellationToken);
    };

    public async Task<AgentLaunch> PrepareAsync(LocalTarget target, string character, AgentLaunch? launch = null)
    {
        launch ??= NewLaunch();
        await target.PrepareAsync(launch, new("agents", UnpackStandInAsync, Character(character)), TestDeadline.Token());
        return launch;
    }

    /// <summary>Starts a stand-in, and returns when it does as its character says.</summary>
    public async Task<AgentLaunch> StartAsync(LocalTarget target, string character, AgentLaunch? launch = null)
    {
        launch = await PrepareAsync(target, character, launch);
        await target.StartAsync(launch.AgentId, Secrets, new Dictionary<string, string>(), TestDeadline.Token());
        await Eventually.IsTrueAsync(() => File.Exists(Path.Combine(DataOf(launch.AgentId), "ready.json")), TestDeadline.Token());
        return launch;
    }

    public static async Task<AgentState.Exited> UntilExitedAsync(LocalTarget target, Guid agentId)
    {
        var deadline = TestDeadline.Token();
        while (true)
        {
            if (await target.InspectAsync(agentId) is AgentState.Exited exited)
                return exited;
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, deadline);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var agent in _agents)
        {
            if (PidFile.Read(Path.Combine(Options.AgentsFolder, agent.ToString(), "pid")) is { } record)
                await ProcessGroup.KillAsync(record.Identity, TimeProvider.System, CancellationToken.None);
        }
        _http.Dispose();
        _folder.Delete(recursive: true);
    }
}
