using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using MultiAgentInfra.Clients;
using MultiAgentInfra.Clients.Blobs;
using MultiAgentInfra.Clients.Keys;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Trivy;
using MultiAgentInfra.Functions.Http;
using MultiAgentInfra.Functions.Maintenance;
using MultiAgentInfra.Functions.Security;

namespace MultiAgentInfra.Functions;

/// <summary>The composition root that both hosts share.</summary>
public static class ServiceRegistration
{
    private const int KeyBytes = 32;

    /// <summary>The options, checked at start, and what needs no store.</summary>
    public static IServiceCollection AddControlPlaneOptions(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<SupabaseOptions>().Bind(configuration.GetSection(SupabaseOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SupabaseOptions>, SupabaseValidation>();
        services.AddSingleton<IValidateOptions<CorsOptions>, CorsValidation>();
        services.AddOptions<CorsOptions>().Bind(configuration.GetSection(CorsOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<OperatorsOptions>, OperatorsValidation>();
        services.AddOptions<OperatorsOptions>().Bind(configuration.GetSection(OperatorsOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ScanOptions>, ScanValidation>();
        services.AddOptions<ScanOptions>().Bind(configuration.GetSection(ScanOptions.Section)).ValidateOnStart();
        services.AddOptions<RetentionOptions>().Bind(configuration.GetSection(RetentionOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<BlobOptions>, BlobValidation>();
        services.AddOptions<BlobOptions>().Bind(configuration.GetSection(BlobOptions.Section)).ValidateOnStart();
        services.AddOptions<ImageSigningOptions>().Bind(configuration.GetSection(ImageSigningOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ImageSigningOptions>, ImageSigningValidation>();
        return services.AddScannerOptions(configuration).AddBuilderOptions(configuration).AddRemoteRegistry(configuration.GetSection(RegistryOptions.Section));
    }

    // Where the section is missing, images stay in a folder.
    private static IServiceCollection AddRemoteRegistry(this IServiceCollection services, IConfigurationSection section)
    {
        if (!section.Exists())
            return services;
        services.AddOptions<RegistryOptions>().Bind(section).ValidateOnStart();
        return services
            .AddSingleton<IValidateOptions<RegistryOptions>, RegistryValidation>()
            .AddSingleton(provider => ActivatorUtilities.CreateInstance<RemoteRegistry>(
                provider, provider.GetRequiredService<IOptions<RegistryOptions>>().Value, provider.GetRequiredService<DataFolder>().Uploads));
    }

    /// <summary>Checks the options before anything is opened or made.</summary>
    /// <returns>Whether authentication is configured.</returns>
    /// <exception cref="StartupException">Some are invalid: all of them are named.</exception>
    public static bool Check(IConfiguration configuration)
    {
        using var provider = new ServiceCollection().AddControlPlaneOptions(configuration).BuildServiceProvider();
        StartupException.ThrowIfInvalid(provider.GetRequiredService<IStartupValidator>());
        return provider.GetRequiredService<IOptions<SupabaseOptions>>().Value.IsConfigured;
    }

    /// <summary>The functions' own services.</summary>
    public static IServiceCollection AddControlPlane(this IServiceCollection services) => services
        .AddSingleton(provider => provider.GetRequiredService<IOptions<SupabaseOptions>>().Value)
        .AddSingleton(Signing)
        .AddSingleton<AccessTokens>()
        .AddSingleton<Operators>()
        .AddSingleton(provider => ConfiguredSecrets.Of(provider.GetRequiredService<IConfiguration>()))
        .AddSingleton(provider => new IdempotencyKeys(KeyFile.LoadOrCreate(Key(provider, "idempotency.key"), KeyBytes)))
        .AddSingleton<HealthPoller>()
        .AddSingleton(provider => provider.GetRequiredService<IOptions<RetentionOptions>>().Value)
        .AddSingleton<RetentionPolicy>()
        .AddSingleton<RetentionSweeper>()
        .AddSingleton<Housekeeping>()
        .AddSingleton<OperationSweeper>()
        .AddSingleton<OutboxDispatcher>();

    private static SigningKey Signing(IServiceProvider provider) => provider.GetRequiredService<SupabaseOptions>() is { IsConfigured: true } configured
        ? SigningKey.Configured(configured)
        : SigningKey.Development(KeyFile.LoadOrCreate(provider.GetRequiredService<DataFolder>().DevelopmentJwtKey, KeyBytes));

    private static string Key(IServiceProvider provider, string name) => Path.Combine(provider.GetRequiredService<DataFolder>().Keys, name);
}
