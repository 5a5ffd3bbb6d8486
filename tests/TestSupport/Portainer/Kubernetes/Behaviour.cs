using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>What a script looks at to choose its pods.</summary>
/// <param name="Agent">The label <c>multi-agent-infra/agent</c>; empty where there is none.</param>
/// <param name="Image">Of the first container, as the manifest writes it.</param>
/// <param name="Owner">The kind of the controller: StatefulSet, ReplicaSet, Job; empty for a bare pod.</param>
/// <param name="Spec">Not to be changed.</param>
public sealed record PodFacts(string Namespace, string Name, string Agent, string Image, string Owner, IReadOnlyDictionary<string, string> Labels, JsonObject Spec)
{
    public const string AgentLabel = "multi-agent-infra/agent";
}

/// <summary>How pods go their way. What a behaviour does not say is said by an older script, or else it is as usual: pulled, started, ready, ended at once when told to.</summary>
public sealed record Behaviour
{
    /// <summary>Words of the scheduler that finds no node.</summary>
    public string? UnschedulableWords { get; init; }

    /// <summary>Words of an admission webhook or policy that lets no such pod be made; they follow <c>pods "x" is forbidden: </c>.</summary>
    public string? DenialWords { get; init; }

    /// <summary>Words of the registry that does not give the image.</summary>
    public string? PullWords { get; init; }

    public TimeSpan? PullTime { get; init; }

    /// <summary>From the start of the container to its first passed readiness probe.</summary>
    public TimeSpan? ReadyTime { get; init; }

    /// <summary>Words of the readiness probe, which never passes.</summary>
    public string? ProbeWords { get; init; }

    /// <summary>The container ends by itself with this code, this long after its start.</summary>
    public int? ExitCode { get; init; }

    public TimeSpan? ExitTime { get; init; }

    public string? ExitReason { get; init; }

    public IReadOnlyList<string>? Log { get; init; }

    /// <summary>From the signal to the end, at most the grace.</summary>
    public TimeSpan? TerminationTime { get; init; }

    /// <summary>The node does not answer: not even the end of the grace ends the process.</summary>
    public bool? Stuck { get; init; }

    /// <summary>As usual, whatever older scripts say.</summary>
    public static Behaviour Healthy => new()
    {
        UnschedulableWords = "",
        DenialWords = "",
        PullWords = "",
        ProbeWords = "",
        ExitTime = Timeout.InfiniteTimeSpan,
    };

    public static Behaviour ReadyAfter(TimeSpan time) => new() { ReadyTime = time, ProbeWords = "", ExitTime = Timeout.InfiniteTimeSpan };

    public static Behaviour Crash(int exitCode, params string[] log) =>
        new() { ExitCode = exitCode, ExitReason = "Error", ExitTime = TimeSpan.FromSeconds(1), Log = log };

    public static Behaviour CrashAfter(TimeSpan time, int exitCode, params string[] log) => Crash(exitCode, log) with { ExitTime = time };

    public static Behaviour OutOfMemory(TimeSpan? after = null) =>
        new() { ExitCode = 137, ExitReason = "OOMKilled", ExitTime = after ?? TimeSpan.FromSeconds(1) };

    /// <summary>The end of a job's container.</summary>
    public static Behaviour Completes(params string[] log) => new() { ExitCode = 0, ExitReason = "Completed", ExitTime = TimeSpan.FromSeconds(1), Log = log };

    /// <summary>A container that does not end by itself, also a job's.</summary>
    public static Behaviour Runs(params string[] log) => new() { ExitTime = Timeout.InfiniteTimeSpan, Log = log };

    public static Behaviour ImagePullFails(string words = "not found") => new() { PullWords = words };

    public static Behaviour Unschedulable(string words = "0/3 nodes are available: 3 Insufficient memory. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.") =>
        new() { UnschedulableWords = words };

    public static Behaviour NeverReady(string words = "Readiness probe failed: HTTP probe failed with statuscode: 503") => new() { ProbeWords = words };

    public static Behaviour Denied(string words) => new() { DenialWords = words };

    public static Behaviour SlowTermination(TimeSpan time) => new() { TerminationTime = time };

    public static Behaviour StuckTermination(TimeSpan time) => new() { TerminationTime = time, Stuck = true };

    /// <summary>What this one says, and else the other.</summary>
    internal Behaviour Over(Behaviour other) => new()
    {
        UnschedulableWords = UnschedulableWords ?? other.UnschedulableWords,
        DenialWords = DenialWords ?? other.DenialWords,
        PullWords = PullWords ?? other.PullWords,
        PullTime = PullTime ?? other.PullTime,
        ReadyTime = ReadyTime ?? other.ReadyTime,
        ProbeWords = ProbeWords ?? other.ProbeWords,
        ExitCode = ExitCode ?? other.ExitCode,
        ExitTime = ExitTime ?? other.ExitTime,
        ExitReason = ExitReason ?? other.ExitReason,
        Log = Log ?? other.Log,
        TerminationTime = TerminationTime ?? other.TerminationTime,
        Stuck = Stuck ?? other.Stuck,
    };
}
