using MultiAgentInfra.Clients.Processes;

namespace MultiAgentInfra.Clients.Targets;

/// <summary>What is known of an agent's process, whichever life of the control plane started it.</summary>
public abstract record AgentState
{
    private AgentState()
    {
    }

    /// <summary>Nothing to start is here, and nothing runs.</summary>
    public sealed record NotPrepared : AgentState;

    /// <summary>The prepared launch was never started, and nothing else of the agent runs.</summary>
    public sealed record NotStarted(AgentLaunch Launch) : AgentState;

    /// <summary>Something of the agent runs, or its data is still locked.</summary>
    /// <param name="Name">For people: which process or container.</param>
    /// <param name="Port">The port that it was told, which a newer prepared launch may have changed.</param>
    /// <param name="Launch">The launch that runs.</param>
    public record Running(string Name, int Port, AgentLaunch Launch) : AgentState;

    /// <summary>A process of this machine.</summary>
    /// <param name="Leader">The leader of the process group.</param>
    public sealed record RunningProcess(ProcessIdentity Leader, AgentLaunch Launch) : Running($"Process {Leader.Pid}", Launch.Port, Launch);

    /// <summary>The prepared launch ran and is gone.</summary>
    /// <param name="Code">The exit code, 128 and more for a signal; null when nobody saw the end: the whole group was killed, or the machine stopped.</param>
    public sealed record Exited(int? Code, AgentLaunch Launch) : AgentState
    {
        /// <summary>It stopped because it was asked to.</summary>
        public bool Clean => Code is 0 or 143;
    }
}
