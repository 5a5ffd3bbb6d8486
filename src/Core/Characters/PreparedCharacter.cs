namespace MultiAgentInfra.Core.Characters;

/// <summary>A submission after every check; only without errors may anything but the errors and warnings be used.</summary>
public sealed record PreparedCharacter(
    string CharacterJson,
    PluginSet Plugins,
    IReadOnlyDictionary<string, string> Secrets,
    IReadOnlyList<KnowledgeFile> Knowledge,
    IReadOnlyList<string> Warnings,
    IReadOnlyList<FieldError> Errors)
{
    public bool IsValid => Errors.Count == 0;
}
