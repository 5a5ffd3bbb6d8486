using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MultiAgentInfra.Clients;
using MultiAgentInfra.Clients.Kubernetes;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Portainer;
using MultiAgentInfra.Clients.Trivy;

namespace MultiAgentInfra.Functions;

/// <summary>Registers who scans images: a cluster where the section <c>ScanJob</c> names one, else this machine.</summary>
internal static class ScannerRegistration
{
    public static IServiceCollection AddScannerOptions(this IServiceCollection services, IConfiguration configuration)
    {
        var portainer = configuration.GetSection(PortainerOptions.Section).Get<PortainerOptions>() ?? new();
        PortainerOptions.AddAliases(portainer, configuration);
        services.AddOptions<TrivyOptions>().Bind(configuration.GetSection("Trivy")).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<ScanJobOptions>().Bind(configuration.GetSection(ScanJobOptions.Section)).ValidateOnStart();
        return services.AddSingleton<IValidateOptions<ScanJobOptions>>(
            new ScanJobValidation(portainer.IsConfigured, configuration.GetSection(RegistryOptions.Section).Exists()));
    }

    public static IServiceCollection AddScanner(this IServiceCollection services, DataFolder folder) => services
        .AddSingleton(provider => provider.GetRequiredService<IOptions<TrivyOptions>>().Value)
        .AddSingleton<IImageScanner>(provider => provider.GetRequiredService<IOptions<ScanJobOptions>>().Value is { IsConfigured: true } job
            ? new KubernetesJobScanner(
                new KubernetesClient(provider.GetRequiredService<PortainerConnection>().Kubernetes(job.EndpointId!.Value), provider.GetRequiredService<TimeProvider>()),
                job.ToSettings(TrivyEnvironment.Default()),
                provider.GetRequiredService<TrivyOptions>(),
                provider.GetRequiredService<TimeProvider>())
            : ActivatorUtilities.CreateInstance<TrivyScanner>(provider, folder.Scans, TrivyEnvironment.Default()));
}
