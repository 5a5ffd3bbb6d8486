using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MultiAgentInfra.Clients.Builds;
using MultiAgentInfra.Clients.Docker;
using MultiAgentInfra.Clients.Npm;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Portainer;

namespace MultiAgentInfra.Functions;

/// <summary>Registers the builder of runtime images: a Docker Engine, direct or behind Portainer, where one is configured, else this machine's npm.</summary>
internal static class BuilderRegistration
{
    public static IServiceCollection AddBuilderOptions(this IServiceCollection services, IConfiguration configuration)
    {
        var docker = Read<DockerOptions>(configuration, DockerOptions.Section);
        var portainer = Read<PortainerOptions>(configuration, PortainerOptions.Section);
        PortainerOptions.AddAliases(portainer, configuration);
        var registry = configuration.GetSection(RegistryOptions.Section);
        var target = new TargetValidation(
            portainer.IsConfigured, docker.IsConfigured || portainer.Builds, registry.Exists(), !string.IsNullOrEmpty(Read<BuildOptions>(configuration, BuildOptions.Section).BaseImage));
        services.AddOptions<DockerOptions>().Bind(configuration.GetSection(DockerOptions.Section)).ValidateOnStart();
        services.AddOptions<PortainerOptions>().Bind(configuration.GetSection(PortainerOptions.Section))
            .Configure(options => PortainerOptions.AddAliases(options, configuration)).ValidateOnStart();
        services.AddOptions<BuildOptions>().Bind(configuration.GetSection(BuildOptions.Section)).ValidateOnStart();
        return services
            .AddSingleton<IValidateOptions<DockerOptions>>(new DockerValidation(portainer.Builds))
            .AddSingleton<IValidateOptions<PortainerOptions>, PortainerValidation>()
            .AddSingleton<IValidateOptions<DockerOptions>>(target)
            .AddSingleton<IValidateOptions<PortainerOptions>>(target)
            .AddSingleton<IValidateOptions<BuildOptions>>(
                new BuildValidation(docker.IsConfigured || portainer.Builds, registry.Exists() ? registry.Get<RegistryOptions>() : null));
    }

    public static IServiceCollection AddBuilder(this IServiceCollection services) => services
        .AddSingleton(provider => provider.GetRequiredService<IOptions<BuildOptions>>().Value.ToBase())
        .AddSingleton<BuildFolder>()
        .AddSingleton<RuntimeImageBuilder>()
        .AddSingleton<IRuntimeBuilder>(provider => Connect(provider) is { } connection ? CreateEngineBuilder(provider, connection) : CreateHostBuilder(provider));

    private static DockerConnection? Connect(IServiceProvider provider)
    {
        var docker = Options<DockerOptions>(provider);
        if (docker.IsConfigured)
            return DockerConnection.To(docker);
        var portainer = Options<PortainerOptions>(provider);
        return portainer.Builds ? DockerConnection.To(portainer) : null;
    }

    private static DockerRuntimeBuilder CreateEngineBuilder(IServiceProvider provider, DockerConnection connection)
    {
        var registry = Options<RegistryOptions>(provider);
        var engine = new DockerEngineClient(connection, RegistryLogin.Of(registry), provider.GetRequiredService<TimeProvider>());
        return new(
            engine,
            provider.GetRequiredService<IImageRegistry>(),
            provider.GetRequiredService<BuildFolder>(),
            DockerBuildTarget.From(Options<BuildOptions>(provider), Options<DockerOptions>(provider), registry));
    }

    private static HostRuntimeBuilder CreateHostBuilder(IServiceProvider provider) => new(
        provider.GetRequiredService<NpmClient>(),
        provider.GetRequiredService<BuildFolder>(),
        provider.GetRequiredService<RuntimeImageBuilder>(),
        RegistryNames.Find(Options<BuildOptions>(provider).ToBase(), provider.GetService<RemoteRegistry>() is null ? null : Options<RegistryOptions>(provider)));

    private static T Read<T>(IConfiguration configuration, string section)
        where T : new() => configuration.GetSection(section).Get<T>() ?? new();

    private static T Options<T>(IServiceProvider provider)
        where T : class => provider.GetRequiredService<IOptions<T>>().Value;
}
