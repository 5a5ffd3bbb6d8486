using Microsoft.Extensions.Options;
using MultiAgentInfra.Clients.Portainer;

namespace MultiAgentInfra.Functions.Maintenance;

/// <summary>What is kept in Portainer by the clock; nothing where none is configured.</summary>
public sealed class PortainerFunctions(IOptions<PortainerOptions> options, Lazy<TemplateSync> templates)
{
    [Function("KeepTemplates")]
    public Task KeepTemplatesAsync(
        // At start too, because a new release may bring new ones.
        [TimerTrigger("0 20 * * * *", RunOnStartup = true)] TimerInfo timer, FunctionContext context) =>
        options.Value.IsConfigured ? templates.Value.RunAsync(context.CancellationToken) : Task.CompletedTask;
}
