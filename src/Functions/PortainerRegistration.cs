using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MultiAgentInfra.Clients.Portainer;

namespace MultiAgentInfra.Functions;

/// <summary>Registers the clients of Portainer; they are made only where it is configured.</summary>
internal static class PortainerRegistration
{
    public static IServiceCollection AddPortainer(this IServiceCollection services) => services
        .AddSingleton(provider => PortainerConnection.To(provider.GetRequiredService<IOptions<PortainerOptions>>().Value))
        .AddSingleton<PortainerClient>()
        .AddSingleton<UnansweredStackStore>()
        .AddSingleton<PreparedLaunchStore>()
        .AddSingleton<PortainerClusters>()
        .AddSingleton<PortainerDirectory>()
        .AddSingleton<PortainerPlacement>()
        .AddSingleton<TemplateSync>()
        .AddSingleton(provider => new Lazy<TemplateSync>(provider.GetRequiredService<TemplateSync>));
}
