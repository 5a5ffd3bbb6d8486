using System.Text.Json;
using MultiAgentInfra.Core.Characters;

namespace MultiAgentInfra.Core.Tests.Characters;

public sealed class CharacterValidatorTests
{
    [Theory]
    [InlineData("minimal.character.json", "")]
    [InlineData("rich.character.json", "")]
    [InlineData("01-missing-bio.character.json", "bio: Invalid input")]
    [InlineData("02-unknown-top-level-field.character.json", ": Unrecognized keys: \"modelProvider\", \"clients\", \"lore\"")]
    [InlineData("03-bad-uuid-and-empty-name.character.json", "id: Invalid UUID format; name: Character name is required")]
    [InlineData(
        "04-wrong-types.character.json",
        "bio: Invalid input; topics: Invalid input: expected array, received string; plugins.0: Invalid input: expected string, received object; settings.mode: Invalid input; secrets.OPENAI_API_KEY: Invalid input")]
    [InlineData(
        "05-flat-message-examples-and-bad-knowledge.character.json",
        "messageExamples.0: Invalid input: expected array, received object; messageExamples.1.0.name: Invalid input: expected string, received undefined; messageExamples.2.0.content.inReplyTo: Invalid UUID format; messageExamples.2.0.content.channelType: Invalid option: expected one of \"SELF\"|\"DM\"|\"GROUP\"|\"VOICE_DM\"|\"VOICE_GROUP\"|\"FEED\"|\"THREAD\"|\"WORLD\"|\"FORUM\"|\"API\"; knowledge.0: Invalid input; style.all: Invalid input: expected array, received string")]
    public void A_sample_gets_the_sentences_of_ElizaOS(string file, string expected)
    {
        var errors = CharacterValidator.Validate(CharacterSamples.Json(CharacterSamples.Text(file)));

        Assert.Equal(expected, string.Join("; ", errors.Select(error => $"{error.Path}: {error.Message}")));
    }

    [Fact]
    public void A_file_that_is_not_JSON_does_not_reach_the_validator() =>
        Assert.ThrowsAny<JsonException>(() => CharacterSamples.Json(CharacterSamples.Text("06-malformed-json.character.json")));

    [Theory]
    [InlineData("""[]""", "", "Invalid input: expected object, received array")]
    [InlineData("""null""", "", "Invalid input: expected object, received null")]
    [InlineData("""{"name":"a","bio":"","$schema":"x"}""", "", "Unrecognized key: \"$schema\"")]
    [InlineData("""{"name":"a","bio":"","b":1,"2":1,"1":1}""", "", "Unrecognized keys: \"1\", \"2\", \"b\"")]
    [InlineData("""{"name":"a","bio":"","system":null}""", "system", "Invalid input: expected string, received null")]
    [InlineData("""{"name":"a","bio":"","system":1e999}""", "system", "Invalid input: expected string, received Infinity")]
    [InlineData("""{"name":"a","bio":"","settings":[]}""", "settings", "Invalid input: expected record, received array")]
    [InlineData("""{"name":"a","bio":"","settings":{"x":-1e999}}""", "settings.x", "Invalid input")]
    [InlineData("""{"name":"a","bio":"","id":"7c0d2a54-3f1e-4b86-9a57-2c8e51f0b6d9\n"}""", "id", "Invalid UUID format")]
    [InlineData("""{"name":"a","name":"","bio":""}""", "name", "Character name is required")]
    public void One_fault_is_one_error(string character, string path, string message) =>
        Assert.Equal([new FieldError(path, message)], CharacterValidator.Validate(CharacterSamples.Json(character)));

    [Theory]
    [InlineData("""{"name":"  ","bio":[]}""")]
    [InlineData("""{"name":"a","bio":"","settings":{"__proto__":null,"list":[null],"deep":{"x":null}}}""")]
    [InlineData("""{"name":"a","bio":"","style":{"other":1},"knowledge":[{"path":1,"directory":"d"},{"path":"p","extra":null}]}""")]
    [InlineData("""{"name":"a","bio":"","messageExamples":[[{"name":"b","content":{"anything":null},"user":1}]]}""")]
    [InlineData("""{"name":"","name":"a","bio":""}""")]
    public void What_ElizaOS_lets_pass_passes(string character) =>
        Assert.Empty(CharacterValidator.Validate(CharacterSamples.Json(character)));

    [Fact]
    public void A_prefix_begins_every_path_and_is_the_path_of_the_root()
    {
        var errors = CharacterValidator.Validate(CharacterSamples.Json("""{"bio":"","lore":[]}"""), "character");

        Assert.Equal(["character.name", "character"], errors.Select(error => error.Path));
    }
}
