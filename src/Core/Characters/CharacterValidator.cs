using System.Text.Json;

namespace MultiAgentInfra.Core.Characters;

/// <summary>
/// Says of a character what ElizaOS 1.7.2's own validator says, in its words and order, so that what is accepted here also starts there.
/// A null is never "absent": an optional field is left out or has its type.
/// </summary>
public static class CharacterValidator
{
    private static readonly CharacterRule Text = CharacterRules.String;
    private static readonly CharacterRule Texts = CharacterRules.ArrayOf(Text);
    private static readonly CharacterRule Uuid = CharacterRules.Uuid;
    private static readonly CharacterRule Bool = CharacterRules.Boolean;

    private static readonly CharacterRule Channel =
        CharacterRules.OneOf("SELF", "DM", "GROUP", "VOICE_DM", "VOICE_GROUP", "FEED", "THREAD", "WORLD", "FORUM", "API");

    private static readonly CharacterRule Attachment = CharacterRules.Object(
        new("id", Text),
        new("url", Text),
        new("title", Text, IsOptional: true),
        new("source", Text, IsOptional: true),
        new("description", Text, IsOptional: true),
        new("text", Text, IsOptional: true),
        new("contentType", CharacterRules.OneOf("image", "video", "audio", "document", "link"), IsOptional: true));

    private static readonly CharacterRule Content = CharacterRules.Object(
        new("text", Text, IsOptional: true),
        new("thought", Text, IsOptional: true),
        new("actions", Texts, IsOptional: true),
        new("providers", Texts, IsOptional: true),
        new("source", Text, IsOptional: true),
        new("target", Text, IsOptional: true),
        new("url", Text, IsOptional: true),
        new("inReplyTo", Uuid, IsOptional: true),
        new("attachments", CharacterRules.ArrayOf(Attachment), IsOptional: true),
        new("channelType", Channel, IsOptional: true));

    private static readonly CharacterRule Message = CharacterRules.Object(new("name", Text), new("content", Content));
    private static readonly CharacterRule Setting = CharacterRules.AnyOf(Text, Bool, CharacterRules.Number, CharacterRules.AnyObject, CharacterRules.AnyArray);

    private static readonly CharacterRule Knowledge = CharacterRules.AnyOf(
        Text,
        CharacterRules.Object(new("path", Text), new("shared", Bool, IsOptional: true)),
        CharacterRules.Object(new("directory", Text), new("shared", Bool, IsOptional: true)));

    private static readonly CharacterRule Style = CharacterRules.Object(
        new("all", Texts, IsOptional: true),
        new("chat", Texts, IsOptional: true),
        new("post", Texts, IsOptional: true));

    private static readonly CharacterRule Character = CharacterRules.StrictObject(
        new("id", Uuid, IsOptional: true),
        new("name", CharacterRules.NonEmptyString("Character name is required")),
        new("username", Text, IsOptional: true),
        new("system", Text, IsOptional: true),
        new("templates", CharacterRules.RecordOf(CharacterRules.AnyOf(Text)), IsOptional: true),
        new("bio", CharacterRules.AnyOf(Text, Texts)),
        new("messageExamples", CharacterRules.ArrayOf(CharacterRules.ArrayOf(Message)), IsOptional: true),
        new("postExamples", Texts, IsOptional: true),
        new("topics", Texts, IsOptional: true),
        new("adjectives", Texts, IsOptional: true),
        new("knowledge", CharacterRules.ArrayOf(Knowledge), IsOptional: true),
        new("plugins", Texts, IsOptional: true),
        new("settings", CharacterRules.RecordOf(Setting), IsOptional: true),
        new("secrets", CharacterRules.RecordOf(CharacterRules.AnyOf(Text, Bool, CharacterRules.Number)), IsOptional: true),
        new("style", Style, IsOptional: true));

    /// <summary>Every problem at once; each path begins with <paramref name="prefix"/> where one is given.</summary>
    public static IReadOnlyList<FieldError> Validate(JsonElement character, string prefix = "")
    {
        var errors = new List<FieldError>();
        Character(character, prefix, errors);
        return errors;
    }
}
