using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using MultiAgentInfra.Core.Characters;

namespace MultiAgentInfra.Core.Tests.Characters;

public sealed class CharacterSubmissionTests
{
    private static readonly Guid AgentId = new("11111111-2222-3333-4444-555555555555");
    private static readonly Dictionary<string, string> Nothing = [];

    private static PreparedCharacter Prepare(JsonElement character, Dictionary<string, string>? secrets = null, Dictionary<string, string>? env = null, params KnowledgeFile[] knowledge) =>
        CharacterSubmission.Prepare(AgentId, character, secrets ?? Nothing, env ?? Nothing, knowledge);

    private static PreparedCharacter Prepare(string fields, Dictionary<string, string>? secrets = null, Dictionary<string, string>? env = null) =>
        Prepare(CharacterSamples.With(fields), secrets, env);

    [Fact]
    public void The_minimal_example_needs_nothing_and_gets_no_warning()
    {
        var prepared = Prepare(CharacterSamples.Json(CharacterSamples.Example("minimal.character.json")));

        Assert.Empty(prepared.Errors);
        Assert.Empty(prepared.Warnings);
        Assert.Empty(prepared.Secrets);
        Assert.Equal(PluginSet.Create(PluginCatalogue.Default, []), prepared.Plugins);
    }

    [Fact]
    public void The_rich_example_uses_every_field_and_is_accepted()
    {
        var character = CharacterSamples.Json(CharacterSamples.Example("rich.character.json"));

        var prepared = Prepare(character, knowledge: [new("knowledge/handbook.md", "x"), new("inventory.md", "x"), new("weather/may.md", "x")]);

        Assert.Equal(15, character.EnumerateObject().Count());
        Assert.Empty(prepared.Errors);
        Assert.Equal([$"character.id: 3b1f6c0e-52d7-4c1a-8f43-9be0d5a7c218 was replaced by the agent's id {AgentId}"], prepared.Warnings);
        Assert.Equal("replace-me-before-you-deploy", prepared.Secrets["OPENAI_API_KEY"]);
        Assert.Equal(["handbook.md", "inventory.md", "weather/may.md"], prepared.Knowledge.Select(file => file.Name));
    }

    [Fact]
    public void The_stored_character_has_the_id_first_keeps_the_order_and_holds_no_secret()
    {
        var prepared = Prepare(CharacterSamples.Json(
            """{"settings":{"b":1.0,"secrets":{"C":true},"a":"é<","OPENAI_API_KEY":"c4"},"name":"Nell","secrets":{"D":5},"plugins":["openai"],"bio":"x","id":"11111111-2222-3333-4444-555555555555"}"""));

        Assert.Empty(prepared.Errors);
        Assert.Equal(
            """{"id":"11111111-2222-3333-4444-555555555555","name":"Nell","bio":"x","plugins":["@elizaos/plugin-openai"],"settings":{"b":1.0,"a":"é<"}}""",
            prepared.CharacterJson);
        Assert.Equal(new Dictionary<string, string> { ["C"] = "true", ["D"] = "5", ["OPENAI_API_KEY"] = "c4" }, prepared.Secrets);
        Assert.Contains("character.settings.OPENAI_API_KEY: is sensitive and was moved to the agent's secrets", prepared.Warnings);
    }

    [Fact]
    public void Of_one_secret_in_several_places_the_request_wins_then_secrets_then_the_settings()
    {
        var character = """  "settings":{"OPENAI_API_KEY":"4","secrets":{"OPENAI_API_KEY":"3","A":"3","B":"3"}},"secrets":{"A":"2","OPENAI_API_KEY":"2","E":""}  """;

        var prepared = Prepare(character, new() { ["OPENAI_API_KEY"] = "1" });

        Assert.Equal(new Dictionary<string, string> { ["A"] = "2", ["B"] = "3", ["OPENAI_API_KEY"] = "1" }, prepared.Secrets);
        Assert.Contains("character.secrets.E: is empty and was left out", prepared.Warnings);
    }

    [Fact]
    public void Every_problem_is_reported_at_once_by_its_path_in_the_request()
    {
        var character = CharacterSamples.Json(
            """{"name":"","bio":1,"lore":[],"plugins":["discord","git:x"],"settings":{"SERVER_PORT":"1","secrets":{"X":null}},"secrets":{"PATH":"x","Y":null}}""");

        var prepared = Prepare(character, new() { ["9"] = "x" }, new() { ["TELEGRAM_BOT_TOKEN"] = "x", ["E"] = "" }, new KnowledgeFile("../a", ""));

        Assert.Equal(
            ["character", "character.bio", "character.name", "character.plugins.1", "character.secrets.PATH", "character.secrets.Y", "character.settings.SERVER_PORT",
                "character.settings.secrets.X", "env.DISCORD_APPLICATION_ID", "env.E", "env.TELEGRAM_BOT_TOKEN", "knowledge.0.name", "secrets.9", "secrets.DISCORD_API_TOKEN"],
            prepared.Errors.Select(error => error.Path).Order(StringComparer.Ordinal));
        Assert.False(prepared.IsValid);
        Assert.Equal("", prepared.CharacterJson);
    }

    [Fact]
    public void A_Discord_agent_without_its_token_is_told_so_and_any_of_three_places_satisfies_a_parameter()
    {
        const string Character = """  "plugins":["discord","bootstrap"],"settings":{"DISCORD_APPLICATION_ID":"1"}  """;
        var token = new Dictionary<string, string> { ["DISCORD_API_TOKEN"] = "t" };

        Assert.Equal(
            [new FieldError("secrets.DISCORD_API_TOKEN", "required by @elizaos/plugin-discord: Discord API token used to authenticate and log in the Discord client/service.")],
            Prepare(Character).Errors);
        Assert.Empty(Prepare(Character, token).Errors);
        Assert.Empty(Prepare("""  "plugins":["discord"]  """, token, new() { ["DISCORD_APPLICATION_ID"] = "1" }).Errors);
        Assert.Empty(Prepare("""  "plugins":["discord"],"secrets":{"DISCORD_API_TOKEN":"t","DISCORD_APPLICATION_ID":1}  """).Errors);
        Assert.Equal(["env.DISCORD_APPLICATION_ID"], Prepare("""  "plugins":["discord"],"settings":{"DISCORD_APPLICATION_ID":""}  """, token).Errors.Select(error => error.Path));
    }

    [Fact]
    public void A_sensitive_value_in_env_and_a_name_in_both_maps_are_errors()
    {
        var prepared = Prepare("\"topics\":[]", new() { ["A"] = "x" }, new() { ["A"] = "x", ["POSTGRES_URL"] = "x", ["LOG_LEVEL"] = "debug" });

        Assert.Equal(["env.A", "env.POSTGRES_URL"], prepared.Errors.Select(error => error.Path));
    }

    [Theory]
    [InlineData("\"settings\":{\"secrets\":\"x\"}", "character.settings.secrets")]
    [InlineData("\"settings\":{\"OPENAI_API_KEY\":{}}", "character.settings.OPENAI_API_KEY")]
    [InlineData("\"bio\":\"\\ud800\"", "character.bio")]
    [InlineData("\"topics\":[\"a\",\"\\u0000\"]", "character.topics.1")]
    [InlineData("\"settings\":{\"\\udc00\":1}", "character.settings")]
    public void What_cannot_be_stored_is_an_error(string fields, string path) =>
        Assert.Equal(path, Assert.Single(Prepare(fields).Errors).Path);

    [Fact]
    public void A_missing_character_is_an_error() =>
        Assert.Equal([new FieldError("character", "Invalid input: expected object, received undefined")], Prepare(default(JsonElement)).Errors);

    [Fact]
    public void The_character_and_the_request_share_the_limit_of_secrets()
    {
        var fields = $"\"secrets\":{JsonSerializer.Serialize(Enumerable.Range(0, 60).ToDictionary(index => $"C{index}", _ => "x"))}";

        var prepared = Prepare(fields, Enumerable.Range(0, 41).ToDictionary(index => $"R{index}", _ => "x"));

        Assert.Equal([new FieldError("secrets", "has 101 entries with those of the character; at most 100 are allowed")], prepared.Errors);
    }

    [Fact]
    public void An_agent_whose_name_makes_ElizaOS_copy_our_variables_gets_a_warning() =>
        Assert.Contains(Prepare(CharacterSamples.Json("""{"name":"Eliza","bio":""}""")).Warnings, warning => warning.StartsWith("character.name: ElizaOS copies", StringComparison.Ordinal));

    [Fact]
    public void Whatever_comes_it_never_throws_and_what_it_accepts_is_valid_stable_and_without_the_secrets_it_found()
    {
        var accepted = 0;

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(CharacterGenerator.Character.ToArbitrary(), text =>
        {
            var prepared = Prepare(CharacterSamples.Json(text), new() { ["OPENAI_API_KEY"] = "x" });
            if (!prepared.IsValid)
                return prepared.CharacterJson.Length == 0;
            accepted++;
            var stored = CharacterSamples.Json(prepared.CharacterJson);
            return CharacterValidator.Validate(stored).Count == 0
                && !stored.TryGetProperty("secrets", out _)
                && stored.GetProperty("id").GetGuid() == AgentId
                && Prepare(stored, new() { ["OPENAI_API_KEY"] = "x" }).CharacterJson == prepared.CharacterJson;
        }));

        Assert.NotEqual(0, accepted);
    }
}
