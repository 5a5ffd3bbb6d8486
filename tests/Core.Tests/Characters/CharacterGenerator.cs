using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

namespace MultiAgentInfra.Core.Tests.Characters;

/// <summary>Characters that are valid but for a few changes, which is where two validators could disagree.</summary>
internal static class CharacterGenerator
{
    private static readonly string[] Values =
    [
        "null", "true", "0", "1.5", "1e999", "-1e999", "\"text\"", "\"\"", "\"GROUP\"", "\"image\"", "\"LOUNGE\"", "[]", "{}", "[\"a\"]", "[1,null]", "[[{}]]",
        "\"7c0d2a54-3f1e-4b86-9a57-2c8e51f0b6d9\"", "\"7C0D2A54-3F1E-4B86-9A57-2C8E51F0B6D9\"", "\"7c0d2a54-3f1e-4b86-9a57-2c8e51f0b6d9\\n\"",
        """{"path":"a","shared":1}""", """{"path":1,"directory":"d"}""", """{"directory":null}""", """{"name":"x","content":{}}""", """{"user":"x"}""",
        """{"id":"1","url":"u","contentType":"link"}""", """{"id":1,"contentType":"film"}""", """[[{"name":"x","content":{"attachments":[{}]}}]]""",
    ];

    private static readonly string[] Keys =
    [
        "id", "name", "username", "system", "templates", "bio", "messageExamples", "postExamples", "topics", "adjectives", "knowledge", "plugins", "settings",
        "secrets", "style", "all", "chat", "text", "thought", "actions", "inReplyTo", "attachments", "channelType", "content", "path", "directory", "shared",
        "clients", "lore", "$schema", "10", "2", "__proto__", "constructor", "toString", "a.b", "",
    ];

    public static Gen<string> Character { get; } =
        from start in Gen.Elements(CharacterSamples.Text("rich.character.json"), CharacterSamples.Text("minimal.character.json"), CharacterSamples.Example("rich.character.json"))
        from count in Gen.Choose(0, 4)
        from choices in Gen.Choose(0, 1 << 30).ListOf(count * 4)
        select Mutate(start, [.. choices]);

    private static string Mutate(string start, int[] choices)
    {
        var root = JsonNode.Parse(start)!;
        foreach (var choice in choices.Chunk(4))
        {
            var parents = Containers(root).ToList();
            var (parent, value) = (parents[choice[0] % parents.Count], JsonNode.Parse(Values[choice[3] % Values.Length]));
            if (parent is JsonArray array)
                MutateArray(array, choice, value);
            else
                MutateObject((JsonObject)parent, choice, value);
        }
        return root.ToJsonString();
    }

    private static void MutateArray(JsonArray array, int[] choice, JsonNode? value)
    {
        if (choice[1] % 2 == 0 || array.Count == 0)
            array.Insert(choice[2] % (array.Count + 1), value);
        else
            array[choice[2] % array.Count] = value;
    }

    private static void MutateObject(JsonObject parent, int[] choice, JsonNode? value)
    {
        var existing = parent.Select(property => property.Key).ToList();
        if (choice[1] % 4 == 0)
            parent[Keys[choice[2] % Keys.Length]] = value;
        else if (existing.Count > 0 && choice[1] % 4 == 1)
            parent.Remove(existing[choice[2] % existing.Count]);
        else if (existing.Count > 0)
            parent[existing[choice[2] % existing.Count]] = value;
    }

    // The root is there thrice, because most of the rules are about its fields.
    private static IEnumerable<JsonNode> Containers(JsonNode root) => [root, root, .. Below(root)];

    private static IEnumerable<JsonNode> Below(JsonNode node) => node switch
    {
        JsonObject json => json.Select(property => property.Value).OfType<JsonNode>().SelectMany(Below).Prepend(node),
        JsonArray array => array.OfType<JsonNode>().SelectMany(Below).Prepend(node),
        _ => [],
    };
}
