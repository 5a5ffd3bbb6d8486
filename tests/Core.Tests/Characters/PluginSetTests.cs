using System.Text.Json;
using MultiAgentInfra.Core.Characters;

namespace MultiAgentInfra.Core.Tests.Characters;

public sealed class PluginSetTests
{
    private static readonly PackageVersion OpenAi = new("@elizaos/plugin-openai", "1.6.0");
    private static readonly PackageVersion Telegram = new("@elizaos/plugin-telegram", "1.6.4");

    [Fact]
    public void A_set_is_sorted_and_holds_what_every_agent_needs()
    {
        var set = PluginSet.Create(PluginCatalogue.Default, [Telegram, OpenAi, OpenAi]);

        Assert.Equal(
            ["@elizaos/core@1.7.2", "@elizaos/plugin-bootstrap@1.7.2", "@elizaos/plugin-openai@1.6.0", "@elizaos/plugin-sql@1.7.2", "@elizaos/plugin-telegram@1.6.4", "@elizaos/server@1.7.2"],
            set.Packages.Select(package => $"{package.Name}@{package.Version}"));
    }

    [Fact]
    public void The_order_of_the_plugins_does_not_change_the_set()
    {
        var (one, other) = (PluginSet.Create(PluginCatalogue.Default, [Telegram, OpenAi]), PluginSet.Create(PluginCatalogue.Default, [OpenAi, Telegram]));

        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
    }

    [Fact]
    public void A_set_survives_JSON()
    {
        var set = PluginSet.Create(PluginCatalogue.Default, [OpenAi]);

        Assert.Equal(set, JsonSerializer.Deserialize<PluginSet>(JsonSerializer.Serialize(set)));
    }
}
