using System.Text.Json;
using Microsoft.Extensions.Logging;
using MultiAgentInfra.Clients.Processes;
using MultiAgentInfra.Core;

namespace MultiAgentInfra.Clients.Portainer;

/// <summary>Keeps the templates that this release ships in Portainer as custom templates, for people: one for each release of a template, by its title,
/// and none for an agent. A changed one is written again; those of other releases are left.</summary>
public sealed partial class TemplateSync(PortainerClient client, ILogger<TemplateSync> logger)
{
    private static readonly string[] Files = ["eliza-agent-template.json", "monitoring-stack.json", "security-stack.json"];

    /// <summary>The templates of this release.</summary>
    public static IReadOnlyList<TemplateContent> Shipped { get; } =
        [.. Files.Select(file => JsonSerializer.Deserialize<TemplateContent>(EmbeddedText.Read(file), JsonSerializerOptions.Web)!)];

    /// <summary>Safe to repeat. A Portainer that does not take them is noted and asked again the next time: no agent needs them.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            var there = await client.ListTemplatesAsync(cancellationToken).ConfigureAwait(false);
            foreach (var template in Shipped)
                await KeepAsync(template, there.FirstOrDefault(found => found.Title == template.Title), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is ApiException or NonRetryableException)
        {
            Log.Refused(logger, exception.Message);
        }
    }

    private async Task KeepAsync(TemplateContent template, PortainerTemplate? found, CancellationToken cancellationToken)
    {
        if (found is null)
            await client.CreateTemplateAsync(template, cancellationToken).ConfigureAwait(false);
        else if (!await IsSameAsync(template, found, cancellationToken).ConfigureAwait(false))
            await client.UpdateTemplateAsync(found.Id, template, cancellationToken).ConfigureAwait(false);
        else
            return;
        Log.Written(logger, template.Title);
    }

    private async Task<bool> IsSameAsync(TemplateContent template, PortainerTemplate found, CancellationToken cancellationToken) =>
        (found.Description, found.Note, found.Type) == (template.Description, template.Note, template.Type)
        && (found.Variables ?? []).SequenceEqual(template.Variables)
        && await client.ReadTemplateFileAsync(found.Id, cancellationToken).ConfigureAwait(false) == template.FileContent;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Portainer has the template {title} as this release ships it.")]
        public static partial void Written(ILogger logger, string title);

        [LoggerMessage(2, LogLevel.Warning, "Portainer does not take the templates: {reason}")]
        public static partial void Refused(ILogger logger, string reason);
    }
}
