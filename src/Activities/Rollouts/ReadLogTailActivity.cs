using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Activities.Rollouts;

/// <summary>The last lines that the agent wrote, without its secret values.</summary>
[DurableTask(nameof(ReadLogTail))]
public sealed class ReadLogTailActivity(IAgentTarget target, SecretStore secrets) : TaskActivity<ReadLogTail, LogTail>
{
    private const int Lines = 20;

    public override async Task<LogTail> RunAsync(TaskActivityContext context, ReadLogTail input)
    {
        var redactor = new SecretRedactor(await secrets.GetValuesAsync(input.AgentId, CancellationToken.None));
        var lines = await target.ReadLogTailAsync(input.AgentId, Lines, CancellationToken.None);
        return new LogTail([.. lines.Select(line => redactor.Redact(line.Text))]);
    }
}
