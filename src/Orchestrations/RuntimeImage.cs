using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Orchestrations;

/// <summary>The runtime image of a plugin set: used if it is there, joined if another operation builds it, else built.</summary>
internal static class RuntimeImage
{
    private static readonly TimeSpan JoinPause = TimeSpan.FromSeconds(1);

    public static async Task<Digest> GetRuntimeImageAsync(this TaskOrchestrationContext context, DeployAgent input, string pluginSetKey)
    {
        var dockerfile = context.CallStepAsync(new WriteDockerfile(input.OperationId, input.AgentId, input.Revision));
        var packageJson = context.CallStepAsync(new WritePackageJson(input.OperationId, input.AgentId, input.Revision));
        await Task.WhenAll(dockerfile, packageJson);

        var asked = context.CurrentUtcDateTime;
        var claim = await context.CallStepAsync(new ClaimRuntimeImage(input.OperationId, pluginSetKey, Waited: false));
        while (claim.State == RuntimeClaimState.InFlight)
        {
            if (context.CurrentUtcDateTime >= asked + StepBudgets.JoinBuild)
                throw new StepFailedException("runtime-image", "Another operation has been building the runtime image for too long.");
            await context.CreateTimer(context.CurrentUtcDateTime + JoinPause, CancellationToken.None);
            claim = await context.CallStepAsync(new ClaimRuntimeImage(input.OperationId, pluginSetKey, Waited: true));
        }

        return claim.State switch
        {
            RuntimeClaimState.Ready => claim.Image!,
            RuntimeClaimState.Failed => throw new StepFailedException("runtime-image", claim.Cause!),
            _ => await BuildOrDiscardAsync(context, input.OperationId, pluginSetKey, await packageJson, await dockerfile),
        };
    }

    private static async Task<Digest> BuildOrDiscardAsync(
        TaskOrchestrationContext context, Guid operationId, string pluginSetKey, GeneratedFile packageJson, GeneratedFile dockerfile)
    {
        try
        {
            return await BuildAsync(context, operationId, pluginSetKey, packageJson, dockerfile);
        }
        catch (StepFailedException failure)
        {
            try
            {
                await context.CallStepAsync(new DiscardBuild(operationId, pluginSetKey));
            }
            catch (StepFailedException undoFailure)
            {
                throw failure.With(undoFailure);
            }

            throw;
        }
    }

    private static async Task<Digest> BuildAsync(
        TaskOrchestrationContext context, Guid operationId, string pluginSetKey, GeneratedFile packageJson, GeneratedFile dockerfile)
    {
        await context.CallStepAsync(new ResolveLockFile(operationId, pluginSetKey, packageJson.Content), RetryPolicies.Remote);
        await context.CallStepAsync(
            new InstallPackages(operationId, pluginSetKey, packageJson.Content, dockerfile.Content), RetryPolicies.Remote);
        var image = await context.CallStepAsync(new AssembleRuntimeImage(operationId, pluginSetKey));

        var verdict = context.CallStepAsync(new ScanRuntimeImage(operationId, image.Digest));
        var components = context.CallStepAsync(new ListComponents(operationId, pluginSetKey, packageJson.Content));
        await Task.WhenAll(verdict, components);

        var list = await components;
        await context.CallStepAsync(
            new ReleaseRuntimeImage(operationId, pluginSetKey, image, await verdict, list.Digest, list.Size, packageJson.Content));
        return image.Digest;
    }
}
