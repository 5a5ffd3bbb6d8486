using FsCheck;
using FsCheck.Fluent;
using MultiAgentInfra.Core.Characters;

namespace MultiAgentInfra.Core.Tests.Characters;

public sealed class PluginSpecificationTests
{
    private static readonly PluginCatalogue Catalogue = PluginCatalogue.Default;

    [Theory]
    [InlineData("@elizaos/plugin-openai", "@elizaos/plugin-openai@1.6.0", null)]
    [InlineData("openai", "@elizaos/plugin-openai@1.6.0", null)]
    [InlineData("openai@1.6.0", "@elizaos/plugin-openai@1.6.0", null)]
    [InlineData("@elizaos/plugin-openai@1.5.0", "@elizaos/plugin-openai@1.5.0", "@elizaos/plugin-openai@1.5.0 is not the catalogue's version 1.6.0: its parameters are checked as those of 1.6.0")]
    [InlineData("@scope/plugin-y@1.2.3", "@scope/plugin-y@1.2.3", "@scope/plugin-y is not in the catalogue: its parameters are not checked")]
    [InlineData("plugin-y@1.2.3-beta.1", "plugin-y@1.2.3-beta.1", "plugin-y is not in the catalogue: its parameters are not checked")]
    public void A_package_at_an_exact_version_is_accepted(string text, string expected, string? warning)
    {
        Assert.True(PluginSpecification.TryParse(text, Catalogue, out var plugin, out var problem), problem);
        Assert.Equal(expected, plugin.ToString());
        Assert.Equal(warning, plugin.Warning);
    }

    [Theory]
    [InlineData("", "not the name of a package")]
    [InlineData("@elizaos/plugin-groq", "is not in the catalogue: give an exact version, such as @elizaos/plugin-groq@1.2.3")]
    [InlineData("@elizaos/core@1.7.2", "@elizaos/core is not a plugin")]
    [InlineData("@scope/plugin-y@latest", "the version must be exact")]
    [InlineData("@scope/plugin-y@^1.2.3", "the version must be exact")]
    [InlineData("@scope/plugin-y@1.2", "the version must be exact")]
    [InlineData("@scope/plugin-y@1.2.3+build", "the version must be exact")]
    [InlineData("@scope/plugin-y@v1.2.3", "the version must be exact")]
    [InlineData("@scope/plugin-y@01.2.3", "the version must be exact")]
    [InlineData("@scope/plugin-y@1.2.3\n", "the version must be exact")]
    [InlineData("@scope/plugin-y@npm:other@1.2.3", "the version must be exact")]
    [InlineData("@scope/plugin-y@file:../x", "the version must be exact")]
    [InlineData("@scope/plugin-y@workspace:*", "the version must be exact")]
    [InlineData("npm:left-pad@1.2.3", "git, file, link, alias and URL specifications are not accepted")]
    [InlineData("git+ssh://git@example.test/x.git", "not the name of a package")]
    [InlineData("https://example.test/x.tgz", "not the name of a package")]
    [InlineData("owner/repository", "not the name of a package")]
    [InlineData("./local", "not the name of a package")]
    [InlineData("../local@1.2.3", "not the name of a package")]
    [InlineData("-g@1.2.3", "not the name of a package")]
    [InlineData("Upper@1.2.3", "not the name of a package")]
    [InlineData("x; rm -rf /@1.2.3", "not the name of a package")]
    [InlineData("node_modules@1.2.3", "node_modules is not a plugin")]
    public void Anything_else_is_refused_with_the_reason(string text, string reason)
    {
        Assert.False(PluginSpecification.TryParse(text, Catalogue, out _, out var problem));
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_may_have_214_characters_and_no_more()
    {
        Assert.True(PluginSpecification.TryParse(new string('a', 214) + "@1.0.0", Catalogue, out _, out _));
        Assert.False(PluginSpecification.TryParse(new string('a', 215) + "@1.0.0", Catalogue, out _, out _));
    }

    [Fact]
    public void What_is_accepted_reads_back_as_itself_and_holds_nothing_that_a_shell_or_a_URL_would_read()
    {
        string[] parts = ["@", "/", "plugin-", "elizaos", "openai", "x", "scope", "1.2.3", "1", ".", "-", "beta", "0", "^", "latest", "git:", " ", "\n", "$(", "%2e", "..", "é", "_", "~", "|"];
        var texts = Gen.Frequency(
            (4, Gen.Elements(parts).ListOf().Select(string.Concat)),
            (4, from scope in Gen.Elements("@elizaos/", "@s/", "") from name in Gen.Elements(parts) from version in Gen.Elements(parts) select $"{scope}{name}x@1.2.{version}"),
            (1, Gen.Choose(0, 0x2FF).ListOf().Select(codes => string.Concat(codes.Select(code => (char)code)))));
        var accepted = 0;

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(3000), Prop.ForAll(texts.ToArbitrary(), text =>
        {
            if (!PluginSpecification.TryParse(text, Catalogue, out var plugin, out var problem))
                return problem.Length > 0;
            accepted++;
            return PluginSpecification.TryParse(plugin.ToString(), Catalogue, out var again, out _) && again == plugin
                && plugin.ToString().All(c => char.IsAsciiLetterOrDigit(c) || "@/._-".Contains(c, StringComparison.Ordinal));
        }));

        Assert.NotEqual(0, accepted);
    }
}
