using System.Diagnostics;
using MultiAgentInfra.Clients.Processes;
using MultiAgentInfra.Clients.Targets;

namespace MultiAgentInfra.Clients.Local;

/// <summary>Starts an agent so that it outlives the control plane: own session, own files, nothing inherited.</summary>
internal static class AgentProcess
{
    private const string Prefix = "AGENT_ENV_";

    private static readonly string RunScript = PidFile.RecordFunction + EmbeddedText.Read("run-agent.sh");
    private static readonly string BecomeScript = EmbeddedText.Read("become-agent.sh");

    /// <param name="uid">Null where agents are not isolated.</param>
    /// <param name="command">Visible to everybody on the machine: no secrets.</param>
    public static Process Start(AgentFolder folder, AgentLaunch launch, int? uid, IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("setsid") { WorkingDirectory = folder.Root };
        string[] arguments =
        [
            "/bin/sh", "-c", RunScript, "agent", folder.Root, AgentFolder.Format(launch), uid is { } user ? $"{user}" : "",
            "/bin/sh", "-c", BecomeScript, "agent", .. command,
        ];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment.Clear();
        start.Environment["PATH"] = AgentEnvironment.Path;
        start.Environment["AGENT_NAMES"] = string.Join(' ', environment.Keys);
        foreach (var (name, value) in environment)
            start.Environment[Prefix + name] = value;
        InheritedHandles.Close();
        return Process.Start(start) ?? throw new InvalidOperationException("setsid did not start.");
    }
}
