using System.Globalization;
using MultiAgentInfra.Clients.Processes;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Clients.Targets;

/// <summary>What is known of an agent's process, whichever life of the control plane started it.</summary>
public abstract record AgentState
{
    private AgentState()
    {
    }

    /// <summary>Proof that nothing of the agent runs.</summary>
    public virtual bool IsGone => true;

    /// <summary>A sentence for people.</summary>
    public abstract string Explanation { get; }

    /// <summary>Nothing to start is here, and nothing runs.</summary>
    public sealed record NotPrepared : AgentState
    {
        public override string Explanation => "The agent has not been started.";
    }

    /// <summary>The prepared launch was never started, and nothing else of the agent runs.</summary>
    public sealed record NotStarted(AgentLaunch Launch) : AgentState
    {
        public override string Explanation => "The agent has not been started.";
    }

    /// <summary>Something of the agent exists that does not run yet and still may: it waits for a place, for its image, for an earlier one to end.</summary>
    /// <param name="What">A sentence for people: what it waits for.</param>
    /// <param name="Diagnosis">What is wrong if it stays like this; null where nothing is.</param>
    public sealed record Starting(string What, AgentLaunch Launch, Diagnosis? Diagnosis = null) : AgentState
    {
        /// <summary>Nothing of it is there. The target was asked for it, has not answered, and may still make it: not for longer than
        /// <see cref="StepBudgets.Unanswered"/>.</summary>
        public bool IsAwaited { get; init; }

        public override bool IsGone => false;

        public override string Explanation => What;
    }

    /// <summary>Something of the agent exists, and it will not become ready.</summary>
    public sealed record Failing(Diagnosis Diagnosis, AgentLaunch Launch) : AgentState
    {
        public override bool IsGone => false;

        public override string Explanation => Diagnosis.Message;
    }

    /// <summary>Something of the agent runs, or its data is still locked.</summary>
    /// <param name="Name">For people: which process or container.</param>
    /// <param name="Port">The port that it was told, which a newer prepared launch may have changed.</param>
    /// <param name="Launch">The launch that runs.</param>
    public record Running(string Name, int Port, AgentLaunch Launch) : AgentState
    {
        public override bool IsGone => false;

        public override string Explanation => $"{Name} runs.";

        /// <summary>Where it answers: this machine's loopback unless the target says otherwise.</summary>
        public Uri Address { get; init; } = new($"http://127.0.0.1:{Port}");
    }

    /// <summary>A process of this machine.</summary>
    /// <param name="Leader">The leader of the process group.</param>
    public sealed record RunningProcess(ProcessIdentity Leader, AgentLaunch Launch) : Running($"Process {Leader.Pid}", Launch.Port, Launch);

    /// <summary>The prepared launch ran and is gone.</summary>
    /// <param name="Code">The exit code, 128 and more for a signal; null when nobody saw the end: the whole group was killed, or the machine stopped.</param>
    /// <param name="Diagnosis">Why, where the target knows more than the code.</param>
    public sealed record Exited(int? Code, AgentLaunch Launch, Diagnosis? Diagnosis = null) : AgentState
    {
        /// <summary>It stopped because it was asked to.</summary>
        public bool Clean => Code is 0 or 143;

        public override string Explanation => $"The agent exited with code {Code?.ToString(CultureInfo.InvariantCulture) ?? "unknown"}.";
    }
}
