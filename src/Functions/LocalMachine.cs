using Azure.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MultiAgentInfra.Activities;
using MultiAgentInfra.Clients;
using MultiAgentInfra.Clients.Artifacts;
using MultiAgentInfra.Clients.Attestations;
using MultiAgentInfra.Clients.Blobs;
using MultiAgentInfra.Clients.Eliza;
using MultiAgentInfra.Clients.Keys;
using MultiAgentInfra.Clients.Npm;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Clients.Processes;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Clients.Trivy;

namespace MultiAgentInfra.Functions;

/// <summary>Registers what has all of its state on this machine: the store, the registry, the builder, the scanner and the target.</summary>
public static class LocalMachine
{
    /// <exception cref="StartupException">Node.js is not installed.</exception>
    public static IServiceCollection AddLocalMachine(this IServiceCollection services, DataFolder folder, TimeProvider time) => services
        .AddStore(folder, time)
        .AddSingleton<TargetOwnerStore>()
        .AddTools(folder)
        .AddPortainer()
        .AddTarget(folder, new(folder.Agents, folder.Runtimes, FindNode()))
        .AddActivityDependencies();

    private static IServiceCollection AddTools(this IServiceCollection services, DataFolder folder) => services
        .AddSingleton<ProcessRunner>()
        .AddSingleton<IArtifactStore>(provider => provider.GetRequiredService<IOptions<BlobOptions>>().Value is { IsConfigured: true } blobs
            ? BlobArtifactStore.Create(blobs, provider.GetRequiredService<TimeProvider>())
            : new FolderArtifactStore(folder.Artifacts))
        .AddSingleton<OperationArtifacts>()
        // Agents are on this machine's loopback: no proxy of the environment may come in between.
        .AddSingleton(provider => ActivatorUtilities.CreateInstance<ElizaClient>(provider, new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })))
        .AddSingleton(provider => ActivatorUtilities.CreateInstance<NpmClient>(provider, folder.NpmCache, NpmClient.DefaultEnvironment()))
        .AddScanner(folder)
        .AddSingleton(Policy)
        .AddSingleton<ScanGate>()
        .AddSingleton(provider => new OciLayout(folder.Registry, provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<IImageRegistry>(provider => provider.GetService<RemoteRegistry>() ?? (IImageRegistry)provider.GetRequiredService<OciLayout>())
        .AddSingleton<ImageReader>()
        .AddSingleton<ImageMover>()
        .AddSingleton(new LayerRecords(folder.Layers))
        .AddSingleton(provider => OpenImageKeys(provider.GetRequiredService<IOptions<ImageSigningOptions>>().Value, folder))
        .AddSingleton<ImageAttester>()
        .AddSingleton<ImageVerifier>()
        .AddSingleton<ComponentLists>()
        .AddSingleton<ImageEraser>()
        .AddSingleton<RecordedImages>()
        .AddBuilder()
        .AddSingleton<AgentImageBuilder>()
        .AddSingleton<LayerUnpacker>();

    private static ImageKeys OpenImageKeys(ImageSigningOptions options, DataFolder folder) => ImageKeys.Open(
        options, folder.ImageSigningKey, options.KeyVaultUri is { } vault ? new(vault, options.SecretName!, new DefaultAzureCredential()) : null);

    // Where images go to a registry, others run them: nothing goes there that was not scanned, unless the policy says so.
    private static ScanPolicyFile Policy(IServiceProvider provider) => ActivatorUtilities.CreateInstance<ScanPolicyFile>(
        provider,
        provider.GetRequiredService<IOptions<ScanOptions>>().Value.PolicyFile ?? "",
        provider.GetRequiredService<IConfiguration>().GetSection(RegistryOptions.Section).Exists());

    private static string FindNode() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.GetFullPath(Path.Combine(folder, "node")))
            .FirstOrDefault(File.Exists)
        ?? throw new StartupException("Node.js is not installed: agents need version 20 or newer (https://nodejs.org), with node and npm on the PATH.");
}
