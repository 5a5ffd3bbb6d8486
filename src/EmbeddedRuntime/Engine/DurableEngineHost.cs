using Microsoft.Extensions.Hosting;

namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>Starts and stops the engine with the application, and ends the application when the engine cannot go on.</summary>
internal sealed class DurableEngineHost(DurableEngine engine, IHostApplicationLifetime lifetime) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        engine.Start();
        _ = StopApplicationOnFailureAsync();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => engine.StopAsync();

    private async Task StopApplicationOnFailureAsync()
    {
        await engine.Failed;
        lifetime.StopApplication();
    }
}
