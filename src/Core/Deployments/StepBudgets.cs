namespace MultiAgentInfra.Core.Deployments;

/// <summary>How long one attempt of each step may take, and how long an operation may take in all.</summary>
public static class StepBudgets
{
    /// <summary>A deployment's deadline; exceeds the sum of its steps' budgets and retries (a test adds them up).</summary>
    public static readonly TimeSpan Deployment = TimeSpan.FromMinutes(450);

    /// <summary>The deadline of a stop.</summary>
    public static readonly TimeSpan Halt = TimeSpan.FromMinutes(20);

    /// <summary>A deletion's deadline.</summary>
    public static readonly TimeSpan Deletion = TimeSpan.FromMinutes(60);

    /// <summary>How long an operation joins a build that another operation does; exceeds the sum of the build's steps and retries.</summary>
    public static readonly TimeSpan JoinBuild = TimeSpan.FromMinutes(100);

    /// <summary>How often a step is tried, the first time included.</summary>
    public const int Attempts = 3;

    /// <summary>The longest pause between two attempts of a step.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>How long an agent may take from its start to its first good answer.</summary>
    public static readonly TimeSpan Boot = TimeSpan.FromMinutes(3);

    /// <summary>The most that a target may allow for the same, such as one whose nodes pull images first.</summary>
    public static readonly TimeSpan LongestBoot = TimeSpan.FromMinutes(10);

    /// <summary>How long a target may be doing what it has not answered for. Portainer has no limit of its own, and what it does within a request does not
    /// end with its caller: it waits a minute for a backup, and applies an agent's four or more objects with two calls each, which an API server ends after a minute.</summary>
    public static readonly TimeSpan Unanswered = TimeSpan.FromMinutes(10);

    /// <summary>How long a start is asked for again until the target has answered: once more after the first has come to nothing.</summary>
    public static readonly TimeSpan Start = TimeSpan.FromMinutes(15);

    /// <summary>How long a target may take to make a snapshot of an agent's data, and to put one back.</summary>
    public static readonly TimeSpan Snapshot = TimeSpan.FromMinutes(10);

    /// <summary>How long an agent must stay healthy before the deployment counts.</summary>
    public static readonly TimeSpan Hold = TimeSpan.FromSeconds(5);

    /// <summary>How long an agent has to stop by itself before it is killed.</summary>
    public static readonly TimeSpan Stop = TimeSpan.FromSeconds(10);

    /// <summary>How long after the kill an agent may still be there.</summary>
    public static readonly TimeSpan Kill = TimeSpan.FromSeconds(30);

    /// <summary>How long a deployment may take to stop after it was cancelled, undo included.</summary>
    public static readonly TimeSpan Cancellation = TimeSpan.FromMinutes(20);

    private const string Rollback = "rollback-";

    private static readonly TimeSpan Local = TimeSpan.FromSeconds(30);

    private static readonly Dictionary<string, TimeSpan> Long = new()
    {
        // It asks clusters, each of which may be slow.
        ["validate"] = TimeSpan.FromMinutes(1),
        ["lock-file"] = TimeSpan.FromMinutes(3),
        ["install"] = TimeSpan.FromMinutes(8),
        ["assemble"] = TimeSpan.FromMinutes(3),
        ["scan"] = TimeSpan.FromMinutes(11),
        ["sbom"] = TimeSpan.FromMinutes(2),
        ["template"] = TimeSpan.FromMinutes(3),
        // Portainer applies a stack, and deletes one, within the request: the step has longer than the target waits for the answer.
        ["deploy"] = TimeSpan.FromMinutes(5),
        ["remove-template"] = TimeSpan.FromMinutes(3),
        ["remove-data"] = TimeSpan.FromMinutes(3),
    };

    /// <summary>Whether the step goes on though its operation was cancelled: it is part of the undo.</summary>
    public static bool RunsThroughCancel(string step) => step is "stop" or "discard-build" or "remove-template" or "remove-monitor";

    /// <summary>Whether the step asks the target, which may be away for some seconds.</summary>
    public static bool AsksTarget(string step) => Launched(step) is "validate" or "template" or "deploy" or "healthy" or "hold" or "stop" or "remove-template" or "remove-data";

    /// <summary>The budget of one attempt of the step; the same for the step of a rollback.</summary>
    public static TimeSpan Of(string step) => Long.GetValueOrDefault(Launched(step), Local);

    private static string Launched(string step) => step.StartsWith(Rollback, StringComparison.Ordinal) ? step[Rollback.Length..] : step;
}
