using MultiAgentInfra.Core.Characters;

namespace MultiAgentInfra.Core.Tests.Characters;

public sealed class SecretRulesTests
{
    [Theory]
    [InlineData("OPENAI_API_KEY", "x")]
    [InlineData("_x9", "x")]
    [InlineData("POSTGRES_URL", "postgres://user:word@host/db")]
    [InlineData("ELIZA_SERVER_AUTH_TOKEN", "0123456789abcdef")]
    [InlineData("PATHS", "x")]
    public void An_ordinary_entry_is_accepted(string name, string value) => Assert.Null(SecretRules.Check(name, value));

    [Theory]
    [InlineData("PATH")]
    [InlineData("NODE_OPTIONS")]
    [InlineData("LD_PRELOAD")]
    [InlineData("DYLD_INSERT_LIBRARIES")]
    [InlineData("BUN_INSTALL")]
    [InlineData("npm_config_registry")]
    [InlineData("NPM_CONFIG_REGISTRY")]
    [InlineData("SECRET_SALT")]
    [InlineData("ELIZA_DATA_DIR_UPLOADS_AGENTS")]
    [InlineData("ELIZA_DATABASE_DIR")]
    public void A_name_that_the_platform_sets_is_refused(string name) => Assert.Equal("is set by the platform and cannot be given", SecretRules.Check(name, "x"));

    [Theory]
    [InlineData("", "x")]
    [InlineData("9A", "x")]
    [InlineData("A-B", "x")]
    [InlineData("A\n", "x")]
    [InlineData("Ä", "x")]
    [InlineData("A", "")]
    [InlineData("A", "x\0")]
    [InlineData("ELIZA_SERVER_AUTH_TOKEN", "0123456789abcde")]
    [InlineData("ELIZA_SERVER_AUTH_TOKEN", "0123456789 abcdef")]
    public void A_bad_entry_is_refused(string name, string value) => Assert.NotNull(SecretRules.Check(name, value));

    [Fact]
    public void Sizes_are_limited()
    {
        Assert.Null(SecretRules.Check(new string('A', SecretRules.LongestName), new string('é', SecretRules.LargestValueBytes / 2)));
        Assert.NotNull(SecretRules.Check(new string('A', SecretRules.LongestName + 1), "x"));
        Assert.NotNull(SecretRules.Check("A", new string('é', SecretRules.LargestValueBytes / 2) + "x"));
        var many = Enumerable.Range(0, SecretRules.MostEntries + 1).ToDictionary(index => $"N{index}", _ => "x");
        Assert.Equal(new("env", "has 101 entries; at most 100 are allowed"), Assert.Single(SecretRules.Check(many, "env")));
    }

    [Theory]
    [InlineData("Node", true)]
    [InlineData("eliza", true)]
    [InlineData("Eliza Data", true)]
    [InlineData("Pebble", false)]
    [InlineData("日本", false)]
    public void A_name_whose_prefix_is_one_of_the_platforms_is_known(string agentName, bool copies) =>
        Assert.Equal(copies, SecretRules.CopiesPlatformVariables(agentName, out _));
}
