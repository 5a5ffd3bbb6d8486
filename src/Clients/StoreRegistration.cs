using Microsoft.Extensions.DependencyInjection;
using MultiAgentInfra.Clients.Keys;
using MultiAgentInfra.Clients.Sqlite;

namespace MultiAgentInfra.Clients;

/// <summary>Registers the store of the embedded host.</summary>
public static class StoreRegistration
{
    /// <summary>Opens the database and the key at once, so that a start that must fail fails here.</summary>
    public static IServiceCollection AddStore(this IServiceCollection services, DataFolder folder, TimeProvider time)
    {
        var database = new ControlDatabase(folder, time);
        return services
            .AddSingleton(folder)
            .AddSingleton(_ => database)
            .AddSingleton(SecretBox.Open(folder.SecretsKey, database.HasSecrets()))
            .AddSingleton<AgentStore>()
            .AddSingleton<ClusterStore>()
            .AddSingleton<ImageStore>()
            .AddSingleton<LockFileStore>()
            .AddSingleton<MonitorStore>()
            .AddSingleton<OperationArtifactStore>()
            .AddSingleton<OperationLogStore>()
            .AddSingleton<OperationStore>()
            .AddSingleton<OrganizationStore>()
            .AddSingleton<OutboxStore>()
            .AddSingleton<PlacementStore>()
            .AddSingleton<RuntimeImageStore>()
            .AddSingleton<ScanStore>()
            .AddSingleton<SecretStore>()
            .AddSingleton<TargetAllocationStore>();
    }
}
