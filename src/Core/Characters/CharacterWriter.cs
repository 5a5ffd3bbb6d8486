using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MultiAgentInfra.Core.Characters;

/// <summary>Writes the character that is stored and deployed: without secrets, with the agent's id, the same bytes for the same input.</summary>
public static class CharacterWriter
{
    // The reader is Node's JSON.parse and never a page: only what JSON itself asks for is escaped.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Keeps the order of the input's keys, after <c>id</c>; <paramref name="withoutSettings"/> are left out of <c>settings</c>.</summary>
    public static string Write(Guid agentId, JsonElement character, IReadOnlyList<string> plugins, IReadOnlySet<string> withoutSettings)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            // Two agents of one name would otherwise share one row of ElizaOS's database.
            writer.WriteString("id", agentId.ToString("D"));
            foreach (var (name, value) in JsonProperties.Of(character).Where(property => property.Key is not ("id" or "secrets" or "plugins" or "settings")))
                WriteProperty(writer, name, value);
            WritePlugins(writer, plugins);
            if (character.TryGetProperty("settings", out var settings))
                WriteSettings(writer, settings, withoutSettings);
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static void WritePlugins(Utf8JsonWriter writer, IReadOnlyList<string> plugins)
    {
        writer.WriteStartArray("plugins");
        foreach (var plugin in plugins)
            writer.WriteStringValue(plugin);
        writer.WriteEndArray();
    }

    private static void WriteSettings(Utf8JsonWriter writer, JsonElement settings, IReadOnlySet<string> without)
    {
        writer.WriteStartObject("settings");
        foreach (var (name, value) in JsonProperties.Of(settings).Where(property => property.Key != "secrets" && !without.Contains(property.Key)))
            WriteProperty(writer, name, value);
        writer.WriteEndObject();
    }

    private static void WriteProperty(Utf8JsonWriter writer, string name, JsonElement value)
    {
        writer.WritePropertyName(name);
        value.WriteTo(writer);
    }
}
