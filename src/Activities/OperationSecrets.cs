using MultiAgentInfra.Clients.Keys;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Activities;

/// <summary>All that must not be readable in what an operation shows: the secrets of its agent and the control plane's own.</summary>
public sealed class OperationSecrets(OperationStore operations, SecretStore secrets, ConfiguredSecrets configured)
{
    public async Task<SecretRedactor> RedactorAsync(Guid operationId, CancellationToken cancellationToken)
    {
        var operation = await operations.FindAsync(operationId, cancellationToken);
        var values = operation is null ? [] : await secrets.GetValuesAsync(operation.AgentId, cancellationToken);
        return new SecretRedactor(values.Concat(configured.Values));
    }
}
