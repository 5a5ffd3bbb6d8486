using MultiAgentInfra.Core.Images;
using MultiAgentInfra.Core.Operations;

namespace MultiAgentInfra.Core.Deployments;

/// <summary>Marks the operation as running and reads what is to be deployed.</summary>
public sealed record ValidateAgent(Guid OperationId, Guid AgentId, int Revision) : IStepInput<DeploymentPlan>
{
    string IStepInput<DeploymentPlan>.Step => "validate";
}

/// <summary>Generates the Dockerfile of the plugin set.</summary>
public sealed record WriteDockerfile(Guid OperationId, Guid AgentId, int Revision) : IStepInput<GeneratedFile>
{
    string IStepInput<GeneratedFile>.Step => "dockerfile";
}

/// <summary>Generates the package.json of the plugin set.</summary>
public sealed record WritePackageJson(Guid OperationId, Guid AgentId, int Revision) : IStepInput<GeneratedFile>
{
    string IStepInput<GeneratedFile>.Step => "package-json";
}

/// <summary>Asks who builds the runtime image: one operation does, the others join it.</summary>
/// <param name="Waited">True when the last answer was <see cref="RuntimeClaimState.InFlight"/>.</param>
public sealed record ClaimRuntimeImage(Guid OperationId, string PluginSetKey, bool Waited) : IStepInput<RuntimeClaim>
{
    string IStepInput<RuntimeClaim>.Step => "runtime-image";
}

/// <summary>Resolves the lock file of the plugin set once and stores it.</summary>
public sealed record ResolveLockFile(Guid OperationId, string PluginSetKey, string PackageJson) : IStepInput<Done>
{
    string IStepInput<Done>.Step => "lock-file";
}

/// <summary>Installs the locked packages into the build folder.</summary>
public sealed record InstallPackages(Guid OperationId, string PluginSetKey, string PackageJson, string Dockerfile) : IStepInput<Done>
{
    string IStepInput<Done>.Step => "install";
}

/// <summary>Assembles the runtime image in quarantine.</summary>
public sealed record AssembleRuntimeImage(Guid OperationId, string PluginSetKey) : IStepInput<BuiltImage>
{
    string IStepInput<BuiltImage>.Step => "assemble";
}

/// <summary>Scans an image in quarantine.</summary>
public sealed record ScanRuntimeImage(Guid OperationId, Digest Image) : IStepInput<ScanVerdict>
{
    string IStepInput<ScanVerdict>.Step => "scan";
}

/// <summary>Lists what the runtime image is made of (CycloneDX).</summary>
/// <param name="PackageJson">What the lock file was resolved from; empty in what earlier releases began.</param>
public sealed record ListComponents(Guid OperationId, string PluginSetKey, string PackageJson = "") : IStepInput<ComponentList>
{
    string IStepInput<ComponentList>.Step => "sbom";
}

/// <summary>Lets a scanned runtime image out of quarantine, or refuses it.</summary>
/// <param name="SbomSize">Bytes of the list of components.</param>
/// <param name="PackageJson">What the lock file was resolved from; empty in what earlier releases began.</param>
public sealed record ReleaseRuntimeImage(
    Guid OperationId, string PluginSetKey, BuiltImage Image, ScanVerdict Verdict, Digest Sbom, long SbomSize = 0, string PackageJson = "") : IStepInput<Done>
{
    string IStepInput<Done>.Step => "release";
}

/// <summary>Undo of a build: its processes are ended and its folder is removed.</summary>
public sealed record DiscardBuild(Guid OperationId, string PluginSetKey) : IStepInput<Done>
{
    string IStepInput<Done>.Step => "discard-build";
}

/// <summary>Puts the character's layer on the runtime image, after a scan for secrets.</summary>
public sealed record BuildAgentImage(Guid OperationId, Guid AgentId, int Revision, Digest Runtime) : IStepInput<BuiltImage>
{
    string IStepInput<BuiltImage>.Step => "agent-image";
}

/// <summary>Names the agent image in the registry.</summary>
public sealed record PushAgentImage(Guid OperationId, Guid AgentId, int Revision, BuiltImage Image) : IStepInput<Done>
{
    string IStepInput<Done>.Step => "push";
}

/// <summary>Makes the agent's own secrets, such as its API token.</summary>
public sealed record PrepareSecrets(Guid OperationId, Guid AgentId) : IStepInput<Done>
{
    string IStepInput<Done>.Step => "secrets";
}

/// <summary>Puts the image and the launch template on the target.</summary>
/// <param name="Attempt">The launch's number; null for the agent's own, as in what earlier releases began.</param>
/// <param name="Rollback">Whether it is the revision that ran before the failed one.</param>
public sealed record PrepareTemplate(
    Guid OperationId, Guid AgentId, int Revision, Digest Image, int? Attempt = null, bool Rollback = false) : IStepInput<PreparedTemplate>
{
    string IStepInput<PreparedTemplate>.Step => Rollback ? "rollback-template" : "template";
}

/// <summary>Asks a running agent to stop, and says whether it is gone.</summary>
/// <param name="Kill">True when the agent had its time to stop by itself.</param>
public sealed record StopAgent(Guid OperationId, Guid AgentId, bool Kill) : IStepInput<AgentObservation>
{
    string IStepInput<AgentObservation>.Step => "stop";
}

/// <summary>Starts the agent on its target, fenced by the generation.</summary>
/// <param name="Revision">Whose secrets and environment it gets; null for the newest, as in what earlier releases began.</param>
public sealed record StartAgent(Guid OperationId, Guid AgentId, int? Revision = null, bool Rollback = false) : IStepInput<StartedAgent>
{
    string IStepInput<StartedAgent>.Step => Rollback ? "rollback-deploy" : "deploy";
}

/// <summary>Looks once whether the agent answers as itself.</summary>
public sealed record CheckAgent(Guid OperationId, Guid AgentId, bool Rollback = false) : IStepInput<AgentObservation>
{
    string IStepInput<AgentObservation>.Step => Rollback ? "rollback-healthy" : "healthy";
}

/// <summary>Looks once whether the agent still answers during its hold time.</summary>
/// <param name="Last">True for the look that ends the hold time.</param>
public sealed record HoldAgent(Guid OperationId, Guid AgentId, bool Last, bool Rollback = false) : IStepInput<AgentObservation>
{
    string IStepInput<AgentObservation>.Step => Rollback ? "rollback-hold" : "hold";
}

/// <summary>Registers the agent's address with the health poller.</summary>
public sealed record RegisterMonitor(Guid OperationId, Guid AgentId, Digest Image, Digest Runtime, bool Rollback = false) : IStepInput<Done>
{
    string IStepInput<Done>.Step => Rollback ? "rollback-monitor" : "monitor";
}

/// <summary>Ends the deployment: the agent is running.</summary>
/// <param name="Revision">What runs; null for the newest, as in what earlier releases began.</param>
public sealed record CompleteDeployment(Guid OperationId, Guid AgentId, Digest Image, int? Revision = null) : IActivityInput<Done>;

/// <summary>Ends the deployment as failed or cancelled, after the undo.</summary>
/// <param name="StillRuns">Whether the revision that ran before, where one did, runs: it was never stopped, or it was started again.</param>
public sealed record FailDeployment(
    Guid OperationId, Guid AgentId, OperationStatus Status, OperationError Error, OperationOutcome? Outcome = null, bool StillRuns = false)
    : IActivityInput<Done>;

/// <summary>Reads the end of the agent's own log, redacted, before the undo removes what it came from.</summary>
public sealed record ReadLogTail(Guid AgentId) : IActivityInput<LogTail>;

/// <summary>The last lines of an agent's log.</summary>
public sealed record LogTail(IReadOnlyList<string> Lines);

/// <summary>Undo of <see cref="PrepareTemplate"/>: takes the template off the target.</summary>
public sealed record RemoveTemplate(Guid OperationId, Guid AgentId) : IStepInput<Done>
{
    string IStepInput<Done>.Step => "remove-template";
}

/// <summary>Undo of <see cref="RegisterMonitor"/>.</summary>
public sealed record RemoveMonitor(Guid OperationId, Guid AgentId) : IStepInput<Done>
{
    string IStepInput<Done>.Step => "remove-monitor";
}

/// <summary>Marks the deletion as running, cancels what still runs for the agent, and says whether all of it has ended.</summary>
public sealed record CancelDeployments(Guid OperationId, Guid AgentId) : IStepInput<CancellationProgress>
{
    string IStepInput<CancellationProgress>.Step => "cancel-deployments";
}

/// <summary>Removes everything that the target holds of the agent.</summary>
public sealed record RemoveAgent(Guid OperationId, Guid AgentId) : IStepInput<Done>
{
    string IStepInput<Done>.Step => "remove-data";
}

/// <summary>Ends the deletion: secrets and character are gone, the row is a tombstone.</summary>
public sealed record CompleteDeletion(Guid OperationId, Guid AgentId) : IActivityInput<Done>;

/// <summary>Ends the deletion as failed.</summary>
public sealed record FailDeletion(Guid OperationId, Guid AgentId, OperationError Error) : IActivityInput<Done>;

/// <summary>Marks the stop as running, unless it has ended or its agent is being deleted.</summary>
public sealed record BeginStop(Guid OperationId, Guid AgentId) : IActivityInput<StopPlan>;

/// <summary>Ends the stop: nothing of the agent runs, and nothing looks after it.</summary>
public sealed record CompleteStop(Guid OperationId, Guid AgentId) : IActivityInput<Done>;

/// <summary>Ends the stop as failed or cancelled: the agent runs on and is watched again.</summary>
public sealed record FailStop(Guid OperationId, Guid AgentId, OperationStatus Status, OperationError Error) : IActivityInput<Done>;
