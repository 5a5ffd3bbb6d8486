using Microsoft.Extensions.DependencyInjection;
using MultiAgentInfra.Activities.Builds;
using MultiAgentInfra.Activities.Rollouts;

namespace MultiAgentInfra.Activities;

/// <summary>Registers every activity, in either host, and what only activities need.</summary>
public static class ActivityRegistration
{
    public static DurableTaskRegistry AddActivities(this DurableTaskRegistry registry)
    {
        registry.AddBuilds().AddRollouts();
        registry.AddActivity<ValidateAgentActivity>();
        return registry;
    }

    public static IServiceCollection AddActivityDependencies(this IServiceCollection services) =>
        services.AddSingleton<AgentAttestations>().AddSingleton<AgentProbe>().AddSingleton<BuildLog>().AddSingleton<ImageFiles>().AddSingleton<OperationSecrets>().AddSingleton<RuntimeAttestations>().AddSingleton<RuntimeComponents>().AddSingleton<RuntimeKeys>().AddSingleton<StepRecorder>();

    private static DurableTaskRegistry AddBuilds(this DurableTaskRegistry registry)
    {
        registry.AddActivity<AssembleRuntimeImageActivity>();
        registry.AddActivity<BuildAgentImageActivity>();
        registry.AddActivity<ClaimRuntimeImageActivity>();
        registry.AddActivity<DiscardBuildActivity>();
        registry.AddActivity<InstallPackagesActivity>();
        registry.AddActivity<ListComponentsActivity>();
        registry.AddActivity<PushAgentImageActivity>();
        registry.AddActivity<ReleaseRuntimeImageActivity>();
        registry.AddActivity<ResolveLockFileActivity>();
        registry.AddActivity<ScanRuntimeImageActivity>();
        registry.AddActivity<WriteDockerfileActivity>();
        registry.AddActivity<WritePackageJsonActivity>();
        return registry;
    }

    private static DurableTaskRegistry AddRollouts(this DurableTaskRegistry registry)
    {
        registry.AddActivity<BeginStopActivity>();
        registry.AddActivity<CancelDeploymentsActivity>();
        registry.AddActivity<CheckAgentActivity>();
        registry.AddActivity<CompleteDeletionActivity>();
        registry.AddActivity<CompleteDeploymentActivity>();
        registry.AddActivity<CompleteStopActivity>();
        registry.AddActivity<FailDeletionActivity>();
        registry.AddActivity<FailDeploymentActivity>();
        registry.AddActivity<FailStopActivity>();
        registry.AddActivity<HoldAgentActivity>();
        registry.AddActivity<PrepareSecretsActivity>();
        registry.AddActivity<PrepareTemplateActivity>();
        registry.AddActivity<ReadLogTailActivity>();
        registry.AddActivity<RegisterMonitorActivity>();
        registry.AddActivity<RemoveAgentActivity>();
        registry.AddActivity<RemoveMonitorActivity>();
        registry.AddActivity<RemoveTemplateActivity>();
        registry.AddActivity<StartAgentActivity>();
        registry.AddActivity<StopAgentActivity>();
        return registry;
    }
}
