namespace MultiAgentInfra.Core.Deployments;

/// <summary>What is wrong with an agent, as far as its target can tell.</summary>
/// <param name="Cause">One of <see cref="DiagnosisCause"/>: a stable word for programs.</param>
/// <param name="Message">A sentence for people.</param>
/// <param name="Evidence">What was seen, in the words of its source, such as the last lines of a log; redacted.</param>
/// <param name="Hint">What to do about it.</param>
public sealed record Diagnosis(string Cause, string Message, IReadOnlyList<string> Evidence, string Hint);

/// <summary>The causes of <see cref="Diagnosis"/>; stable, because programs compare them.</summary>
public static class DiagnosisCause
{
    public const string ImagePullFailed = nameof(ImagePullFailed);
    public const string CrashLoop = nameof(CrashLoop);
    public const string OutOfMemory = nameof(OutOfMemory);
    public const string Unschedulable = nameof(Unschedulable);
    public const string ProbeFailed = nameof(ProbeFailed);
    public const string QuotaExceeded = nameof(QuotaExceeded);
    public const string Forbidden = nameof(Forbidden);
    public const string AdmissionDenied = nameof(AdmissionDenied);
    public const string Evicted = nameof(Evicted);
    public const string Exited = nameof(Exited);

    /// <summary>There is no cluster that may take it: none of that name, or it is down, drained or silent.</summary>
    public const string NoCluster = nameof(NoCluster);
    public const string Unknown = nameof(Unknown);
}
