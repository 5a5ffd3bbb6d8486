using MultiAgentInfra.Core.Characters;

namespace MultiAgentInfra.Core.Tests.Characters;

public sealed class KnowledgeRulesTests
{
    [Theory]
    [InlineData("a.md")]
    [InlineData("knowledge/deep/a b.md")]
    [InlineData("notes..md")]
    public void A_relative_path_is_accepted(string name) => Assert.Empty(KnowledgeRules.Check([new(name, "x")]));

    [Theory]
    [InlineData("")]
    [InlineData("knowledge/")]
    [InlineData("/etc/passwd")]
    [InlineData("../a.md")]
    [InlineData("a/../b.md")]
    [InlineData("knowledge/../../a.md")]
    [InlineData("./a.md")]
    [InlineData(".env")]
    [InlineData("a//b.md")]
    [InlineData("a/")]
    [InlineData("a\\b.md")]
    [InlineData("a\0.md")]
    [InlineData("a\nb.md")]
    public void Any_other_path_is_refused(string name) =>
        Assert.Equal("knowledge.0.name", Assert.Single(KnowledgeRules.Check([new(name, "x")])).Path);

    [Fact]
    public void Names_are_unique_after_the_folder_is_taken_off_and_case_counts()
    {
        var errors = KnowledgeRules.Check([new("a.md", "x"), new("A.md", "x"), new("knowledge/a.md", "x")]);

        Assert.Equal([new FieldError("knowledge.2.name", "is given twice")], errors);
    }

    [Fact]
    public void A_file_cannot_be_the_folder_of_another() =>
        Assert.Equal([new FieldError("knowledge.1.name", "is also the folder of another file")], KnowledgeRules.Check([new("a/b/c", "x"), new("a/b", "x")]));

    [Fact]
    public void Number_and_size_are_limited()
    {
        Assert.Empty(KnowledgeRules.Check([new(new string('n', 200), new string('x', 768 * 1024))]));
        Assert.Equal("knowledge.0.name", Assert.Single(KnowledgeRules.Check([new(new string('é', 101), "x")])).Path);
        Assert.Equal("knowledge", Assert.Single(KnowledgeRules.Check([new("a", new string('x', 768 * 1024)), new("b", "x")])).Path);
        Assert.Equal("knowledge", Assert.Single(KnowledgeRules.Check([.. Enumerable.Range(0, 101).Select(index => new KnowledgeFile($"{index}", ""))])).Path);
        Assert.Equal("knowledge.0.content", Assert.Single(KnowledgeRules.Check([new("a", "\0")])).Path);
    }

    [Fact]
    public void A_path_of_the_character_without_a_file_is_named_and_plain_text_is_not_a_path()
    {
        var character = CharacterSamples.With(
            """  "knowledge":["knowledge/a.md","./b.md","Bees sleep at night.","c.md",{"path":"knowledge/d.md"},{"directory":"knowledge/e"},{"directory":"knowledge/f/"},{"directory":"knowledge"}]  """);

        var missing = KnowledgeRules.MissingFiles(character, [new("a.md", ""), new("knowledge/b.md", ""), new("e/1.md", ""), new("ff/1.md", "")]);

        Assert.Equal(["character.knowledge.3", "character.knowledge.4", "character.knowledge.6"], missing.Select(warning => warning.Split(':')[0]));
    }

    [Fact]
    public void Names_are_normalized_and_sorted() =>
        Assert.Equal(["a.md", "b/c.md"], KnowledgeRules.Normalize([new("knowledge/b/c.md", ""), new("a.md", "")]).Select(file => file.Name));
}
