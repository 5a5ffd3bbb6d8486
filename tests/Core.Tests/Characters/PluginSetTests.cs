using System.Text.Json;
using MultiAgentInfra.Core.Characters;
using MultiAgentInfra.Core.Images;

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
    public void The_order_of_the_plugins_changes_neither_the_set_nor_its_key()
    {
        var (one, other) = (PluginSet.Create(PluginCatalogue.Default, [Telegram, OpenAi]), PluginSet.Create(PluginCatalogue.Default, [OpenAi, Telegram]));

        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.Equal(one.Key(22, "linux-x64"), other.Key(22, "linux-x64"));
        Assert.Matches("^[0-9a-f]{64}$", one.Key(22, "linux-x64"));
    }

    [Fact]
    public void The_key_changes_with_everything_that_decides_the_files()
    {
        var set = PluginSet.Create(PluginCatalogue.Default, [OpenAi]);
        string[] keys =
        [
            set.Key(22, "linux-x64"), set.Key(24, "linux-x64"), set.Key(22, "linux-arm64"),
            set.Key(22, "linux-x64", Digest.Of("one launcher"u8)), set.Key(22, "linux-x64", Digest.Of("another"u8)),
            (set with { CatalogueVersion = "other" }).Key(22, "linux-x64"),
            PluginSet.Create(PluginCatalogue.Default, [OpenAi with { Version = "1.5.0" }]).Key(22, "linux-x64"),
            PluginSet.Create(PluginCatalogue.Default, []).Key(22, "linux-x64"),
        ];

        Assert.Distinct(keys);
    }

    [Fact]
    public void A_set_survives_JSON()
    {
        var set = PluginSet.Create(PluginCatalogue.Default, [OpenAi]);

        Assert.Equal(set, JsonSerializer.Deserialize<PluginSet>(JsonSerializer.Serialize(set)));
    }
}
