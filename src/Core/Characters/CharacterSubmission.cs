using System.Text.Json;

namespace MultiAgentInfra.Core.Characters;

/// <summary>Turns what a user posts into what may be stored and deployed, or into every problem of it at once.</summary>
public static class CharacterSubmission
{
    public static PreparedCharacter Prepare(
        Guid agentId,
        JsonElement character,
        IReadOnlyDictionary<string, string> secrets,
        IReadOnlyDictionary<string, string> env,
        IReadOnlyList<KnowledgeFile> knowledge) => throw new NotImplementedException();
}
