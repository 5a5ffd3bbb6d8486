using System.Text;
using System.Text.Json;
using MultiAgentInfra.Clients.Local;
using MultiAgentInfra.Clients.Processes;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Clients.Tests.Processes;

namespace MultiAgentInfra.Clients.Tests.Local;

public sealed class AgentSecrecyTests : IAsyncDisposable
{
    private readonly AgentMachine _machine = new();
    private readonly LocalTarget _target;

    public AgentSecrecyTests() => _target = _machine.NewTarget();

    [Fact]
    public async Task An_agent_has_exactly_the_environment_that_was_built()
    {
        // The last ones are names that a script would easily use itself.
        var variables = new Dictionary<string, string>
        {
            ["ODD"] = "a 'b' \"c\" $d `e` \\ \n é",
            ["LD_PRELOAD"] = "",
            ["EMPTY"] = "",
            ["name"] = "a b;c",
            ["folder"] = "f",
            ["AGENT_NAMES"] = "x y",
            ["user"] = "u",
        };
        var launch = await _machine.PrepareAsync(_target, "{}");
        await _target.StartAsync(launch.AgentId, AgentMachine.Secrets, variables, TestDeadline.Token());
        var environment = await NoteAsync<Dictionary<string, string>>(launch.AgentId, "environment.json");

        var expected = AgentEnvironment.Build(launch, _machine.DataOf(launch.AgentId), AgentMachine.Secrets, variables);
        // The shell between may tell the agent where it is; nothing else is added.
        Assert.Equal(expected, environment.Where(pair => pair.Key is not ("PWD" or "OLDPWD" or "SHLVL" or "_")).ToDictionary());
    }

    [Fact]
    public async Task What_runs_before_the_agent_heeds_no_variable_of_the_agents()
    {
        var launch = await _machine.PrepareAsync(_target, "{}");
        var variables = new Dictionary<string, string> { ["LD_PRELOAD"] = "/nowhere.so", ["NODE_OPTIONS"] = "--require=/nowhere.js" };
        await _target.StartAsync(launch.AgentId, AgentMachine.Secrets, variables, TestDeadline.Token());
        await NoteAsync<bool>(launch.AgentId, "ready.json");
        var running = Assert.IsType<AgentState.RunningProcess>(await _target.InspectAsync(launch.AgentId));

        var names = (await File.ReadAllTextAsync($"/proc/{running.Leader.Pid}/environ", TestDeadline.Token()))
            .Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(entry => entry.Split('=')[0]);
        Assert.All(names, name => Assert.True(name is "PATH" or "AGENT_NAMES" || name.StartsWith("AGENT_ENV_", StringComparison.Ordinal), name));
    }

    [Fact]
    public async Task Secrets_are_in_no_argument_and_no_file()
    {
        var launch = await _machine.StartAsync(_target, "{}");
        var running = Assert.IsType<AgentState.RunningProcess>(await _target.InspectAsync(launch.AgentId));
        File.Delete(Path.Combine(_machine.DataOf(launch.AgentId), "environment.json"));

        foreach (var stat in ProcessStat.All().Where(stat => stat.Session == running.Leader.Pid))
            Assert.DoesNotContain("canary", LocalTargetTests.CommandLine(stat.Pid), StringComparison.Ordinal);
        foreach (var file in Directory.GetFiles(_machine.Folder, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "lock"))
            Assert.DoesNotContain("canary", await File.ReadAllTextAsync(file, Encoding.Latin1, TestDeadline.Token()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_agent_is_a_user_of_its_own_that_cannot_read_anothers_data()
    {
        if (_machine.Isolation.SingleOwner)
            Assert.Skip(_machine.Isolation.Explanation);
        var first = await _machine.StartAsync(_target, "{}");
        var secret = Path.Combine(_machine.DataOf(first.AgentId), "ready.json");
        var character = Path.Combine(_machine.Options.AgentsFolder, first.AgentId.ToString(), "layer", "app", "character.json");

        foreach (var path in (string[])[secret, character])
        {
            var second = await _machine.StartAsync(_target, JsonSerializer.Serialize(new { read = path }));
            Assert.Equal("EACCES", await NoteAsync<string>(second.AgentId, "read.json"));
            var identity = await NoteAsync<JsonElement>(second.AgentId, "identity.json");
            Assert.Equal((second.Uid, second.Uid), (identity.GetProperty("uid").GetInt32(), identity.GetProperty("gid").GetInt32()));
            Assert.All(identity.GetProperty("groups").EnumerateArray(), group => Assert.Equal(second.Uid, group.GetInt32()));
            Assert.Equal(_machine.DataOf(second.AgentId), identity.GetProperty("cwd").GetString());
        }
        var own = await _machine.StartAsync(_target, JsonSerializer.Serialize(new { read = "identity.json" }));
        Assert.Equal("read", await NoteAsync<string>(own.AgentId, "read.json"));
    }

    [Fact]
    public void A_folder_that_other_users_cannot_reach_means_one_owner()
    {
        var folder = Directory.CreateTempSubdirectory("closed-");
        try
        {
            var isolation = LocalIsolation.Detect(new LocalTargetOptions(
                Path.Combine(folder.FullName, "agents"), Path.Combine(folder.FullName, "runtimes"), AgentMachine.NodePath));
            Assert.True(isolation.SingleOwner);
            Assert.Contains("for one owner", isolation.Explanation, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _target.Dispose();
        await _machine.DisposeAsync();
    }

    private async Task<T> NoteAsync<T>(Guid agentId, string name)
    {
        var path = Path.Combine(_machine.DataOf(agentId), name);
        await Eventually.IsTrueAsync(() => File.Exists(path) && new FileInfo(path).Length > 0, TestDeadline.Token());
        return JsonSerializer.Deserialize<T>(await File.ReadAllTextAsync(path, TestDeadline.Token()))!;
    }
}
