using System.Text.Json.Serialization;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.Core.Operations;

namespace MultiAgentInfra.Core.Deployments;

/// <summary>Input of the deployment's orchestration; ids only, so that no history can hold a secret.</summary>
public sealed record DeployAgent(Guid AgentId, Guid OperationId, int Revision, int Attempt)
{
    /// <summary>The instance that deploys this attempt and no other.</summary>
    public string InstanceId => $"deploy-{AgentId}-{Revision}-{Attempt}";
}

/// <summary>Input of the deletion's orchestration.</summary>
public sealed record DeleteAgent(Guid AgentId, Guid OperationId, int Attempt)
{
    public string InstanceId => $"delete-{AgentId}-{Attempt}";
}

/// <summary>How an orchestration ended.</summary>
/// <param name="Outcome">Left out where there is none, so that the ends of recorded histories stay what they were.</param>
public sealed record OperationResult(
    OperationStatus Status, string? Message, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] OperationOutcome? Outcome = null);

/// <summary>Input of the orchestration that stops an agent.</summary>
public sealed record HaltAgent(Guid AgentId, Guid OperationId, int Attempt)
{
    public string InstanceId => $"stop-{AgentId}-{Attempt}";
}

/// <summary>A revision that a deployment has proven to run, by its digests.</summary>
/// <param name="Attempt">The number that its next launch gets.</param>
public sealed record ProvenRevision(int Revision, int Attempt, Digest Image, Digest Runtime);

/// <summary>What the deployment is about to do.</summary>
/// <param name="Proceed">False when the operation had ended already: a second start of a known instance does nothing.</param>
/// <param name="Boot">How long the agent may take from its start to its first good answer; null for <see cref="StepBudgets.Boot"/>.</param>
/// <param name="Ready">The image that is to run, where nothing is to be built; null where it is.</param>
/// <param name="Previous">What runs now and comes back when this deployment fails; null where nothing does.</param>
public sealed record DeploymentPlan(
    bool Proceed, string PluginSetKey, TimeSpan? Boot = null, ProvenRevision? Ready = null, ProvenRevision? Previous = null);

/// <summary>Whether a stop is still to be done.</summary>
/// <param name="Proceed">False when the operation had ended already.</param>
public sealed record StopPlan(bool Proceed);

/// <summary>A file that was generated for the build.</summary>
public sealed record GeneratedFile(string Content);

/// <summary>How the question ended who builds a runtime image.</summary>
public enum RuntimeClaimState
{
    /// <summary>The image is there.</summary>
    Ready,

    /// <summary>This operation is the one that builds it.</summary>
    Claimed,

    /// <summary>Another operation builds it.</summary>
    InFlight,

    /// <summary>The build that this operation waited for failed.</summary>
    Failed,
}

/// <summary>Who builds the runtime image of a plugin set.</summary>
/// <param name="Image">The image's digest when it is there.</param>
/// <param name="Cause">Why the build failed that was waited for.</param>
public sealed record RuntimeClaim(RuntimeClaimState State, Digest? Image, string? Cause);

/// <summary>An image in the registry, by the digest of its manifest.</summary>
/// <param name="Size">Bytes of the manifest.</param>
public sealed record BuiltImage(Digest Digest, long Size);

/// <summary>A bill of materials that was stored as an artifact, and in the registry.</summary>
/// <param name="Size">Bytes of it.</param>
public sealed record ComponentList(Digest Digest, long Size = 0);

/// <summary>What an activity answers whose effect is all that matters.</summary>
public sealed record Done
{
    public static Done Instance { get; } = new();
}

/// <summary>How far the target is with what a launch needs.</summary>
/// <param name="Waiting">For people: what is still made, as a snapshot of the agent's data is; null when all is there.</param>
public sealed record PreparedTemplate([property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Waiting = null);

/// <summary>What the target knows of the agent's process or container.</summary>
/// <param name="Ready">It runs, and answers as itself on the address that it was given.</param>
/// <param name="Gone">Proof that nothing of it runs.</param>
/// <param name="Failure">Why it can never become ready; null while it still may.</param>
/// <param name="Diagnosis">What is wrong with it, or will have been if it stays as it is; null where nothing is known to be.</param>
/// <param name="Awaited">Nothing of it is there to be stopped, and the target may still make what it was asked for.</param>
public sealed record AgentObservation(bool Ready, bool Gone, string? Failure, Diagnosis? Diagnosis = null, bool Awaited = false);

/// <summary>What came of a start.</summary>
/// <param name="Unanswered">The target may be doing it, and has not answered: it is asked again.</param>
public sealed record StartedAgent(bool Unanswered = false);

/// <summary>How far the cancelling of an agent's deployments is.</summary>
/// <param name="Proceed">False when the deletion itself had ended already.</param>
/// <param name="Ended">No deployment of the agent runs any more.</param>
public sealed record CancellationProgress(bool Proceed, bool Ended);
