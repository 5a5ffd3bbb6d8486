using MultiAgentInfra.Core.Characters;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Core.Tests.Images;

public sealed class RuntimeImageKeyTests
{
    private static readonly PackageVersion OpenAi = new("@elizaos/plugin-openai", "1.6.0");
    private static readonly PackageVersion Telegram = new("@elizaos/plugin-telegram", "1.6.4");
    private static readonly PluginSet Set = PluginSet.Create(PluginCatalogue.Default, [OpenAi]);
    private static readonly RuntimeOrigin Origin = new("npm", Base: null, "linux-x64", "22.1.0");
    private static readonly RuntimeImageKey Key = new(Origin, Digest.Of("launcher"u8), 1);

    private static readonly RuntimeImageKey[] Others =
    [
        Key with { Origin = Origin with { Builder = "docker" } },
        Key with { Origin = Origin with { Base = Digest.Of("base"u8) } },
        Key with { Origin = Origin with { Base = Digest.Of("other base"u8) } },
        Key with { Origin = Origin with { Platform = "linux-arm64" } },
        Key with { Origin = Origin with { NodeVersion = "22.1.1" } },
        Key with { Launcher = Digest.Of("other launcher"u8) },
        Key with { TemplateVersion = 2 },
    ];

    [Fact]
    public void Everything_that_decides_the_files_changes_the_key_of_the_claim()
    {
        PluginSet[] sets =
        [
            Set,
            Set with { CatalogueVersion = "other" },
            PluginSet.Create(PluginCatalogue.Default, [OpenAi with { Version = "1.5.0" }]),
            PluginSet.Create(PluginCatalogue.Default, [OpenAi, Telegram]),
            PluginSet.Create(PluginCatalogue.Default, []),
        ];

        Assert.Distinct([.. sets.Select(Key.OfClaim), .. Others.Select(other => other.OfClaim(Set))]);
    }

    [Fact]
    public void Everything_that_decides_the_files_changes_the_key_of_the_image()
    {
        Assert.Distinct([Key.OfImage("{}"), Key.OfImage("{ }"), .. Others.Select(other => other.OfImage("{}"))]);
    }

    [Fact]
    public void Nothing_else_changes_a_key()
    {
        var same = new RuntimeImageKey(new("npm", null, "linux-x64", "22.1.0"), Digest.Of("launcher"u8), 1);
        var sameSet = PluginSet.Create(PluginCatalogue.Default, [OpenAi, OpenAi]);

        Assert.Equal(Key.OfClaim(Set), same.OfClaim(sameSet));
        Assert.Equal(Key.OfImage("{}"), same.OfImage("{}"));
        Assert.Equal(
            Key.OfClaim(PluginSet.Create(PluginCatalogue.Default, [OpenAi, Telegram])), Key.OfClaim(PluginSet.Create(PluginCatalogue.Default, [Telegram, OpenAi])));
    }

    [Fact]
    public void A_key_can_be_a_tag_and_the_name_of_a_folder()
    {
        Assert.Matches("^[0-9a-f]{64}$", Key.OfClaim(Set));
        Assert.Matches("^[0-9a-f]{64}$", Key.OfImage("{}"));
        Assert.NotEqual(Key.OfClaim(Set), Key.OfImage("{}"));
    }

    [Fact]
    public void The_template_of_this_release_is_part_of_the_key()
    {
        Assert.Equal(DockerfileBuilder.TemplateVersion, new RuntimeImageKey(Origin, Key.Launcher).TemplateVersion);
    }
}
