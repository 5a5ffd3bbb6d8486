using System.Text.Json;
using MultiAgentInfra.Clients.Processes;
using MultiAgentInfra.Clients.Targets;

namespace MultiAgentInfra.Clients.Local;

/// <summary>The folder of one agent: what lies where, and how it is read.</summary>
internal sealed class AgentFolder(string agentsFolder, Guid agentId)
{
    public string Root { get; } = Path.Combine(agentsFolder, agentId.ToString());

    /// <summary>The agent's own; everything else here is the control plane's.</summary>
    public string Data => Path.Combine(Root, "data");

    /// <summary>A copy of the data of before the last change of ElizaOS's version.</summary>
    public string Snapshot => Path.Combine(Root, "snapshot");

    /// <summary>The record of the process that copies data.</summary>
    public string CopyPid => Path.Combine(Root, "copy.pid");

    public string Layer => Path.Combine(Root, "layer");

    public string Character => Path.Combine(Layer, "app", "character.json");

    public string Log => Path.Combine(Root, "agent.log");

    /// <summary>In the environment of the agent and of what it starts, and in no other: see <see cref="AgentEnvironment"/>.</summary>
    public string Mark => $"PGLITE_DATA_DIR={Path.Combine(Data, "db")}";

    private string LaunchFile => Path.Combine(Root, "launch.json");

    private string ImagePath => Path.Combine(Root, "image");

    private string PidPath => Path.Combine(Root, "pid");

    private string DataNotePath => Path.Combine(Root, "data.json");

    private string ExitPath => Path.Combine(Root, "exit");

    public PidFile? ReadPidFile() => PidFile.Read(PidPath);

    /// <summary>Null when the end was not seen.</summary>
    public int? ReadExitCode()
    {
        try
        {
            return int.TryParse(File.ReadAllText(ExitPath), out var code) ? code : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    public AgentLaunch? ReadLaunch()
    {
        try
        {
            return ParseLaunch(File.ReadAllText(LaunchFile));
        }
        catch (IOException)
        {
            return null;
        }
    }

    public void WriteLaunch(AgentLaunch launch)
    {
        var next = LaunchFile + ".new";
        File.WriteAllText(next, Format(launch));
        File.Move(next, LaunchFile, overwrite: true);
    }

    /// <summary>What is known of the data; null before anything was written down.</summary>
    public string? ReadDataNote() => File.Exists(DataNotePath) ? File.ReadAllText(DataNotePath) : null;

    public void WriteDataNote(string json)
    {
        File.WriteAllText(DataNotePath + ".new", json);
        File.Move(DataNotePath + ".new", DataNotePath, overwrite: true);
    }

    /// <summary>Where a container engine finds the prepared image; null where none was prepared for one.</summary>
    public string? ReadImage() => File.Exists(ImagePath) ? File.ReadAllText(ImagePath) : null;

    /// <summary>Before the launch, which says that all is there.</summary>
    public void WriteImage(string reference) => File.WriteAllText(ImagePath, reference);

    public void RemoveLaunch()
    {
        if (!Directory.Exists(Root))
            return;
        File.Delete(LaunchFile);
        File.Delete(LaunchFile + ".new");
        if (Directory.Exists(Layer))
            Directory.Delete(Layer, recursive: true);
    }

    /// <summary>Removes what a preparation that was interrupted has left beside the layer.</summary>
    public void RemoveDrafts()
    {
        if (!Directory.Exists(Root))
            return;
        foreach (var draft in Directory.EnumerateDirectories(Root, Path.GetFileName(Layer) + ".*").ToList())
            Directory.Delete(draft, recursive: true);
    }

    /// <summary>True while a process holds the lock that every agent takes before it touches its data.</summary>
    public bool IsLocked()
    {
        try
        {
            // Opening without sharing is flock(2) here, the lock that the agent's shell takes.
            using var handle = File.OpenHandle(Path.Combine(Root, "lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (DirectoryNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    public static string Format(AgentLaunch launch) => JsonSerializer.Serialize(launch, JsonSerializerOptions.Web);

    public static AgentLaunch? ParseLaunch(string json) =>
        json.Length == 0 ? null : JsonSerializer.Deserialize<AgentLaunch>(json, JsonSerializerOptions.Web);
}
