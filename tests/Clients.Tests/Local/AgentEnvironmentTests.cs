using MultiAgentInfra.Clients.Local;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Agents;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Tests.Local;

public sealed class AgentEnvironmentTests
{
    private static readonly Dictionary<string, string> SystemSecrets = new() { ["SECRET_SALT"] = "salt", ["ELIZA_SERVER_AUTH_TOKEN"] = "token" };

    private static readonly AgentLaunch Launch = new(
        Guid.Empty, 1, 1, Guid.Empty, Digest.Of("i"u8), Digest.Of("r"u8), 20007, 210001, new AgentResources(MemoryMiB: 768));

    [Fact]
    public void The_whole_environment_is_this()
    {
        var built = AgentEnvironment.Build(Launch, "/d", With(("OPENAI_API_KEY", "sk")), new Dictionary<string, string> { ["LOG_LEVEL"] = "debug" });
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["AGENT_SECRET_NAMES"] = "LOG_LEVEL,OPENAI_API_KEY",
                ["ELIZAOS_DATA_DIR"] = "/d/eliza",
                ["ELIZA_DATA_DIR"] = "/d/eliza",
                ["ELIZA_NO_AUTO_INSTALL"] = "true",
                ["ELIZA_NO_PLUGIN_AUTO_INSTALL"] = "true",
                ["ELIZA_SERVER_AUTH_TOKEN"] = "token",
                ["ELIZA_UI_ENABLE"] = "false",
                ["HOME"] = "/d",
                ["LANG"] = "C.UTF-8",
                ["LOG_JSON_FORMAT"] = "false",
                ["LOG_LEVEL"] = "debug",
                ["NODE_ENV"] = "production",
                ["NODE_OPTIONS"] = "--max-old-space-size=768",
                ["OPENAI_API_KEY"] = "sk",
                ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                ["PGLITE_DATA_DIR"] = "/d/db",
                ["SECRET_SALT"] = "salt",
                ["SENTRY_DSN"] = "http://none@127.0.0.1:9/0",
                ["SERVER_HOST"] = "127.0.0.1",
                ["SERVER_PORT"] = "20007",
                ["TMPDIR"] = "/d/tmp",
                ["TZ"] = "UTC",
            },
            built);
    }

    [Fact]
    public void An_owner_may_change_defaults_and_no_reserved_name()
    {
        var all = AgentEnvironment.Reserved.Concat(["TZ", "SENTRY_DSN", "LANG", "LOG_JSON_FORMAT"]).ToDictionary(name => name, _ => "mine");
        var built = AgentEnvironment.Build(Launch, "/d", SystemSecrets, all);
        Assert.Equal(["LANG", "LOG_JSON_FORMAT", "SENTRY_DSN", "TZ"], built.Where(pair => pair.Value == "mine").Select(pair => pair.Key));
        Assert.Equal("LANG,LOG_JSON_FORMAT,SENTRY_DSN,TZ", built["AGENT_SECRET_NAMES"]);
    }

    [Fact]
    public void A_secret_wins_over_a_variable_of_its_name() =>
        Assert.Equal("secret", AgentEnvironment.Build(Launch, "/d", With(("KEY", "secret")), new Dictionary<string, string> { ["KEY"] = "plain" })["KEY"]);

    [Theory]
    [InlineData("", "the value")]
    [InlineData("1A", "the value")]
    [InlineData("A-B", "the value")]
    [InlineData("A=B", "the value")]
    [InlineData("A;rm -rf", "the value")]
    [InlineData("A\n", "the value")]
    [InlineData("Ä", "the value")]
    [InlineData("A", "the\0value")]
    public void What_cannot_be_a_variable_is_refused_without_its_value(string name, string value)
    {
        var error = Assert.Throws<ArgumentException>(() => AgentEnvironment.Build(Launch, "/d", With((name, value)), new Dictionary<string, string>()));
        Assert.DoesNotContain(value, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_its_own_salt_and_token_no_agent_starts()
    {
        var error = Assert.Throws<ArgumentException>(() =>
            AgentEnvironment.Build(Launch, "/d", new Dictionary<string, string> { ["SECRET_SALT"] = "" }, new Dictionary<string, string>()));
        Assert.Contains("ELIZA_SERVER_AUTH_TOKEN and no SECRET_SALT", error.Message, StringComparison.Ordinal);
    }

    private static Dictionary<string, string> With((string Name, string Value) secret) => new(SystemSecrets) { [secret.Name] = secret.Value };
}
