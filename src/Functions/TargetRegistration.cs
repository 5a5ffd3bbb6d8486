using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MultiAgentInfra.Clients;
using MultiAgentInfra.Clients.Docker;
using MultiAgentInfra.Clients.Local;
using MultiAgentInfra.Clients.Portainer;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Functions.Maintenance;

namespace MultiAgentInfra.Functions;

/// <summary>Registers the target: the clusters of a Portainer where one is configured, else containers of a Docker Engine, else processes of this machine.</summary>
internal static class TargetRegistration
{
    public static IServiceCollection AddTarget(this IServiceCollection services, DataFolder folder, LocalTargetOptions local) => services
        .AddSingleton(local)
        .AddSingleton(_ => LocalIsolation.Detect(local))
        .AddSingleton<IAgentTarget>(provider =>
            provider.GetRequiredService<IOptions<PortainerOptions>>().Value is { IsConfigured: true } portainer ? CreatePortainerTarget(provider, portainer)
            : provider.GetRequiredService<IOptions<DockerOptions>>().Value is { IsConfigured: true } docker ? CreateDockerTarget(provider, docker, folder)
            : ActivatorUtilities.CreateInstance<LocalTarget>(provider))
        .AddSingleton<IClusterDirectory>(provider => provider.GetRequiredService<IAgentTarget>() is PortainerTarget
            ? provider.GetRequiredService<PortainerDirectory>()
            : ActivatorUtilities.CreateInstance<MachineDirectory>(provider))
        .AddSingleton<ClusterViews>()
        .AddSingleton<TargetAdmission>()
        .AddSingleton<ChangeAnswers>()
        .AddSingleton<DryRun>()
        .AddSingleton<DryRunVerdicts>()
        .AddSingleton<LocalShutdown>()
        .AddHostedService<AgentAdoption>();

    private static PortainerTarget CreatePortainerTarget(IServiceProvider provider, PortainerOptions portainer) => ActivatorUtilities.CreateInstance<PortainerTarget>(
        provider,
        new PortainerTargetOptions(provider.GetRequiredService<PortainerPlacement>().PlaceAsync, portainer.RegistryId, portainer.ControlPlaneRanges)
        {
            Boot = portainer.BootTimeout,
            HostNetwork = portainer.HostNetwork,
            Agents = (portainer.Agents ?? new()).ToSettings(),
        });

    private static DockerTarget CreateDockerTarget(IServiceProvider provider, DockerOptions docker, DataFolder folder) => ActivatorUtilities.CreateInstance<DockerTarget>(
        provider,
        ActivatorUtilities.CreateInstance<DockerContainers>(provider, DockerConnection.To(docker)),
        new DockerTargetOptions(docker.Endpoint!, folder.Agents, docker.HostNetwork));
}
