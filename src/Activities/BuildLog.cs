using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using MultiAgentInfra.Clients.Artifacts;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Activities;

/// <summary>Takes the output of builds into the log of their operation, without the secrets of its agent and of this control plane.</summary>
public sealed class BuildLog(
    OperationLogStore lines, OperationArtifacts artifacts, OperationSecrets secrets, TimeProvider time, ILogger<BuildLog> logger)
{
    /// <summary>The log of one attempt of the step; an attempt that prints nothing leaves nothing. When it is disposed, all of the step's output
    /// becomes the artifact <c>STEP.log</c>.</summary>
    public async Task<StepLog> OpenAsync<TOutput>(IStepInput<TOutput> input, CancellationToken cancellationToken)
    {
        var redactor = await secrets.RedactorAsync(input.OperationId, cancellationToken);
        var use = await lines.GetUseAsync(input.OperationId, cancellationToken);
        var begun = false;
        return new StepLog(new LogLines(redactor, use, time), AppendAsync, KeepAsync, time, logger);

        async Task AppendAsync(IReadOnlyList<OutputLine> added)
        {
            if (!begun)
                await lines.BeginAsync(input.OperationId, input.Step, CancellationToken.None);
            begun = true;
            await lines.AppendAsync(input.OperationId, input.Step, added, CancellationToken.None);
        }

        async Task KeepAsync(CancellationToken stop)
        {
            if (!begun)
                return;
            var text = new StringBuilder();
            foreach (var line in await lines.ReadStepAsync(input.OperationId, input.Step, stop))
                text.Append(CultureInfo.InvariantCulture, $"{line.At.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {line.Text}\n");
            await artifacts.PutAsync(input.OperationId, $"{input.Step}.log", "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(text.ToString()), stop);
        }
    }
}
