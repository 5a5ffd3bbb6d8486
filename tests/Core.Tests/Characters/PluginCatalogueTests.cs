using MultiAgentInfra.Core.Characters;

namespace MultiAgentInfra.Core.Tests.Characters;

public sealed class PluginCatalogueTests
{
    private static readonly PluginCatalogue Catalogue = PluginCatalogue.Default;

    [Fact]
    public void A_plugin_has_its_pinned_version_and_its_parameters()
    {
        Assert.True(Catalogue.TryGet("@elizaos/plugin-discord", out var discord));
        Assert.Equal("1.3.8", discord.Version);
        Assert.Equal(["DISCORD_API_TOKEN", "DISCORD_APPLICATION_ID"], discord.Parameters.Where(parameter => parameter.IsRequired).Select(parameter => parameter.Name));
        Assert.Equal(["DISCORD_API_TOKEN"], discord.Parameters.Where(parameter => parameter.IsSensitive).Select(parameter => parameter.Name));
    }

    [Fact]
    public void A_required_parameter_with_a_default_is_not_required()
    {
        Assert.True(Catalogue.TryGet("@elizaos/plugin-ollama", out var ollama));
        var endpoint = Assert.Single(ollama.Parameters, parameter => parameter.Name == "OLLAMA_API_ENDPOINT");
        Assert.False(endpoint.IsRequired);
        Assert.Equal("http://localhost:11434/api", endpoint.Default);
    }

    [Fact]
    public void Every_pin_is_an_exact_version() =>
        Assert.All(Catalogue.Plugins, plugin => Assert.True(PluginSpecification.TryParse($"{plugin.Name}@{plugin.Version}", Catalogue, out _, out var problem), problem));

    [Fact]
    public void The_version_changes_with_the_content()
    {
        var json = """{"@elizaos/plugin-sql":{"version":"1.7.2"},"@elizaos/plugin-bootstrap":{"version":"1.7.2"}}""";

        Assert.Equal(new PluginCatalogue(System.Text.Encoding.UTF8.GetBytes(json)).Version, new PluginCatalogue(System.Text.Encoding.UTF8.GetBytes(json)).Version);
        Assert.NotEqual(new PluginCatalogue(System.Text.Encoding.UTF8.GetBytes(json)).Version, new PluginCatalogue(System.Text.Encoding.UTF8.GetBytes(json + " ")).Version);
        Assert.StartsWith("1.7.2-", Catalogue.Version, StringComparison.Ordinal);
    }
}
