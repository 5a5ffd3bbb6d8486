using System.Globalization;
using System.Text.Json;
using MultiAgentInfra.Core;
using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Characters;

namespace MultiAgentInfra.Functions;

/// <summary>The body of <c>POST /api/agents</c> and of <c>PUT /api/agents/{id}</c>.</summary>
internal sealed record CreateAgentRequest(
    string Name,
    JsonElement Character,
    IReadOnlyDictionary<string, string> Secrets,
    string Target,
    AgentResources Resources,
    IReadOnlyDictionary<string, string> Environment,
    IReadOnlyList<KnowledgeFile> Knowledge,
    AgentDeployment Deployment)
{
    public const int LongestName = 63;

    /// <summary>Reads what can be read and adds every problem to <paramref name="errors"/>.</summary>
    /// <param name="removed">Gets the names of secrets that are null; null where none may be.</param>
    public static CreateAgentRequest Read(JsonElement json, TargetAdmission targets, List<FieldError> errors, ICollection<string>? removed = null)
    {
        var body = new ObjectReader(json, "", errors);
        var request = new CreateAgentRequest(
            ReadName(body),
            body.Required("character") ?? default,
            body.Texts("secrets", removed),
            ReadTarget(body, targets.Names),
            ReadResources(body, errors),
            body.Texts("env"),
            ReadKnowledge(body),
            DeploymentFields.Read(body, targets.HasClusters));
        body.End();
        return request;
    }

    private static string ReadName(ObjectReader body)
    {
        if (body.RequiredText("name")?.Trim() is not { } name)
            return "";
        if (name.Length == 0 || name.EnumerateRunes().Count() > LongestName)
            body.Reject("name", $"must have 1 to {LongestName} characters");
        else if (!name.EnumerateRunes().All(IsPrintable))
            body.Reject("name", "must have printable characters only");
        return name;
    }

    private static bool IsPrintable(System.Text.Rune rune) => System.Text.Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);

    private static string ReadTarget(ObjectReader body, IReadOnlyList<string> targets)
    {
        var target = body.OptionalText("target") ?? targets[0];
        if (!targets.Contains(target))
            body.Reject("target", $"is not configured; configured: {string.Join(", ", targets)}");
        return target;
    }

    private static AgentResources ReadResources(ObjectReader body, List<FieldError> errors)
    {
        var defaults = new AgentResources();
        if (body.Optional("resources") is not { } json)
            return defaults;

        var resources = new ObjectReader(json, "resources", errors);
        var read = new AgentResources(
            (int)resources.Number("memoryMiB", 256, 16384, defaults.MemoryMiB, whole: true),
            resources.Number("cpu", 0.1, 16, defaults.Cpu));
        resources.End();
        return read;
    }

    private static List<KnowledgeFile> ReadKnowledge(ObjectReader body)
    {
        var files = new List<KnowledgeFile>();
        foreach (var item in body.Objects("knowledge"))
        {
            var (name, content) = (item.RequiredText("name"), item.RequiredText("content"));
            item.End();
            // A file that is incomplete keeps its place, so that the paths of the others' errors stay right.
            files.Add(new(name ?? $"incomplete-{files.Count}", content ?? ""));
        }

        return files;
    }
}
