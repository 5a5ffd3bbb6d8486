using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>Registers the embedded engine in an application.</summary>
public static class EmbeddedDurableTaskExtensions
{
    /// <summary>Adds the engine as a hosted service and its <see cref="DurableTaskClient"/>; the clock is the registered TimeProvider, if any.</summary>
    public static IServiceCollection AddEmbeddedDurableTask(
        this IServiceCollection services, Action<DurableEngineOptions> configure, Action<DurableTaskRegistry> addTasks)
    {
        services.AddSingleton(provider =>
        {
            var options = new DurableEngineOptions
            {
                Stopping = provider.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None,
                TimeProvider = provider.GetService<TimeProvider>() ?? TimeProvider.System,
            };
            configure(options);
            var registry = new DurableTaskRegistry();
            addTasks(registry);
            return DurableEngine.Open(options, registry, provider);
        });
        services.AddSingleton(provider => provider.GetRequiredService<DurableEngine>().Client);
        services.AddHostedService<DurableEngineHost>();
        return services;
    }
}
