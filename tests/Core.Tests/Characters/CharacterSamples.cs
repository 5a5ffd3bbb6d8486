using System.Text.Json;

namespace MultiAgentInfra.Core.Tests.Characters;

internal static class CharacterSamples
{
    public static string Text(string file) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Characters", "Samples", file));

    public static string Example(string file) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "examples", file));

    public static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    /// <summary>A valid character with the given fields added, each as JSON.</summary>
    public static JsonElement With(string fields) => Json($$"""{"name":"Nell","bio":"Keeps bees.",{{fields}}}""");
}
