using MultiAgentInfra.Clients.Processes;

namespace MultiAgentInfra.Clients.Local;

/// <summary>What is known of an agent's process, whichever life of the control plane started it.</summary>
public abstract record LocalAgentState
{
    private LocalAgentState()
    {
    }

    /// <summary>Nothing to start is here, and nothing runs.</summary>
    public sealed record NotPrepared : LocalAgentState;

    /// <summary>The prepared launch was never started, and nothing else of the agent runs.</summary>
    public sealed record NotStarted(LocalLaunch Launch) : LocalAgentState;

    /// <summary>A process of the agent runs, or its data folder is still locked.</summary>
    /// <param name="Leader">The leader of the process group.</param>
    /// <param name="Port">The port that this process was told, which a newer prepared launch may have changed.</param>
    /// <param name="Launch">The launch that runs.</param>
    public sealed record Running(ProcessIdentity Leader, int Port, LocalLaunch Launch) : LocalAgentState;

    /// <summary>The prepared launch ran and is gone.</summary>
    /// <param name="Code">The exit code, 128 and more for a signal; null when nobody saw the end: the whole group was killed, or the machine stopped.</param>
    public sealed record Exited(int? Code, LocalLaunch Launch) : LocalAgentState
    {
        /// <summary>It stopped because it was asked to.</summary>
        public bool Clean => Code is 0 or 143;
    }
}
