namespace MultiAgentInfra.Core.Characters;

/// <summary>
/// Finds what the installed plugins need and nobody gave. ElizaOS starts without it, looks healthy and does nothing, so it must be found here.
/// </summary>
public static class RequiredParameters
{
    /// <summary>Each map holds names with non-empty values; the errors are paths of the request, such as <c>secrets.DISCORD_API_TOKEN</c>.</summary>
    public static IReadOnlyList<FieldError> Check(
        PluginSet plugins,
        PluginCatalogue catalogue,
        IReadOnlySet<string> secrets,
        IReadOnlySet<string> env,
        IReadOnlySet<string> settings)
    {
        var errors = new List<FieldError>();
        foreach (var package in plugins.Packages)
        {
            if (!catalogue.TryGet(package.Name, out var plugin))
                continue;
            foreach (var parameter in plugin.Parameters.Where(parameter => parameter.IsRequired))
            {
                if (!secrets.Contains(parameter.Name) && !env.Contains(parameter.Name) && !settings.Contains(parameter.Name))
                    errors.Add(new($"{(parameter.IsSensitive ? "secrets" : "env")}.{parameter.Name}", $"required by {plugin.Name}: {parameter.Description}"));
            }
        }
        return errors;
    }
}
