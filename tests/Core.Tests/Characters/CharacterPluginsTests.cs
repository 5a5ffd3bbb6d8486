using MultiAgentInfra.Core.Characters;

namespace MultiAgentInfra.Core.Tests.Characters;

public sealed class CharacterPluginsTests
{
    private static CharacterPlugins Read(string fields) => CharacterPlugins.Read(CharacterSamples.With(fields), PluginCatalogue.Default);

    [Fact]
    public void Plugins_become_bare_names_and_duplicates_collapse()
    {
        var plugins = Read("""  "plugins":["bootstrap","@elizaos/plugin-openai@1.6.0","openai","@s/plugin-y@1.2.3","@s/plugin-y@1.2.3"]  """);

        Assert.Empty(plugins.Errors);
        Assert.Equal(["@elizaos/plugin-bootstrap", "@elizaos/plugin-openai", "@s/plugin-y"], plugins.Names);
        Assert.Contains(new("@s/plugin-y", "1.2.3"), plugins.Set.Packages);
        Assert.Equal(["character.plugins.3: @s/plugin-y is not in the catalogue: its parameters are not checked"], plugins.Warnings);
    }

    [Theory]
    [InlineData("\"topics\":[]")]
    [InlineData("\"plugins\":[]")]
    public void A_character_without_plugins_gets_bootstrap_and_a_warning(string fields)
    {
        var plugins = Read(fields);

        Assert.Equal([PluginCatalogue.BootstrapPlugin], plugins.Names);
        Assert.Contains("never answers", Assert.Single(plugins.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_without_bootstrap_stays_as_it_is_and_is_answered_with_a_warning()
    {
        var plugins = Read("""  "plugins":["openai"]  """);

        Assert.Equal(["@elizaos/plugin-openai"], plugins.Names);
        Assert.Contains("bootstrap is not listed", Assert.Single(plugins.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_versions_of_one_plugin_are_an_error()
    {
        var error = Assert.Single(Read("""  "plugins":["@s/plugin-y@1.2.3","@s/plugin-y@1.2.4"]  """).Errors);

        Assert.Equal(new("character.plugins.1", "@s/plugin-y is also listed at version 1.2.3"), error);
    }
}
