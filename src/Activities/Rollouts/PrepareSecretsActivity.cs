using System.Security.Cryptography;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities.Rollouts;

/// <summary>Gives the agent the secrets that ElizaOS is unsafe without, each its own, and proves that all can be opened.</summary>
[DurableTask(nameof(PrepareSecrets))]
public sealed class PrepareSecretsActivity(SecretStore secrets, StepRecorder recorder) : StepActivity<PrepareSecrets, Done>(recorder)
{
    protected override async Task<StepResult<Done>> RunStepAsync(PrepareSecrets input, CancellationToken cancellationToken)
    {
        var own = new Dictionary<string, string>
        {
            ["ELIZA_SERVER_AUTH_TOKEN"] = RandomNumberGenerator.GetHexString(48, lowercase: true),
            ["SECRET_SALT"] = RandomNumberGenerator.GetHexString(64, lowercase: true),
        };
        await secrets.AddMissingAsync(input.AgentId, own, cancellationToken);
        var all = await secrets.GetAllAsync(input.AgentId, cancellationToken);
        return Finished($"{all.Count} secrets, {own.Count} of them the platform's own.");
    }
}
