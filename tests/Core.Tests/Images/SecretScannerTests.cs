using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Core.Tests.Images;

public sealed class SecretScannerTests
{
    private static readonly string Filler = new('a', 100);

    // Put together here, so that no scanner takes the test for a leak.
    public static TheoryData<string, string> WellKnownKeys => new()
    {
        { "anthropic-api-key", "sk-" + "ant-api03-" + Filler },
        { "openai-api-key", "sk-" + "proj-" + Filler },
        { "openai-api-key", "sk-" + Filler[..48] },
        { "telegram-bot-token", "123456789" + ":" + Filler[..35] },
        { "discord-bot-token", "M" + Filler[..25] + "." + Filler[..6] + "." + Filler[..38] },
        { "github-token", "ghp_" + Filler[..36] },
        { "aws-access-key-id", "AKIA" + new string('A', 16) },
        { "google-api-key", "AIza" + Filler[..35] },
        { "openrouter-api-key", "sk-" + "or-v1-" + Filler[..64] },
        { "groq-api-key", "gsk_" + Filler[..52] },
        { "xai-api-key", "xai-" + Filler[..80] },
        { "elevenlabs-api-key", "sk_" + Filler[..48] },
        { "perplexity-api-key", "pplx-" + Filler[..48] },
        { "replicate-api-token", "r8_" + Filler[..37] },
        { "tavily-api-key", "tvly-" + Filler[..32] },
        { "huggingface-token", "hf_" + Filler[..34] },
        { "stripe-secret-key", "sk_live_" + Filler[..24] },
        { "supabase-key", "sb_secret_" + Filler[..31] },
        { "supabase-key", "sbp_" + Filler[..40] },
        { "json-web-token", "eyJ" + Filler[..20] + ".eyJ" + Filler[..40] + "." + Filler[..43] },
        { "slack-token", "xoxb-" + Filler[..20] },
        { "private-key", "-----BEGIN RSA " + "PRIVATE KEY-----" },
        { "private-key", "-----BEGIN " + "PRIVATE KEY-----" },
    };

    [Theory]
    [MemberData(nameof(WellKnownKeys))]
    public void A_well_known_key_is_found_inside_a_text_and_not_repeated(string rule, string key)
    {
        var finding = Assert.Single(SecretScanner.Find("app/character.json", $$"""{"bio":"my key is {{key}}"}""", []));

        Assert.Equal(new SecretFinding(rule, "app/character.json"), finding);
    }

    [Theory]
    [InlineData("I like sk-ating and ask-me-anything at 12:30.")]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("AKIAlita is a name; AIza too")]
    [InlineData("-----BEGIN CERTIFICATE-----")]
    public void An_ordinary_text_has_no_findings(string text) => Assert.Empty(SecretScanner.Find("x", text, ["unrelated-value"]));

    [Theory]
    [InlineData("short")]
    [InlineData("")]
    public void A_value_too_short_to_tell_is_not_looked_for(string value) => Assert.Empty(SecretScanner.Find("x", $"a {value} word", [value]));

    [Fact]
    public void A_value_is_found_in_every_form_wherever_it_stands() =>
        Prop.ForAll(SecretValues(), ArbMap.Default.ArbFor<NonNull<string>>(), (value, before) => Forms(value, before.Get).All(text => SecretScanner.Find("x", text, [value]).Any(f => f.Rule == "agent-secret")))
            .QuickCheckThrowOnFailure();

    [Fact]
    public void A_redacted_line_holds_a_value_in_no_form() =>
        Prop.ForAll(SecretValues(), ArbMap.Default.ArbFor<NonNull<string>>(), (value, before) => Forms(value, before.Get).All(text => !SecretRedactor.Redact(text, [value]).Contains(value, StringComparison.Ordinal)
                && SecretScanner.Find("x", SecretRedactor.Redact(text, [value]), [value]).All(f => f.Rule != "agent-secret")))
            .QuickCheckThrowOnFailure();

    [Fact]
    public void A_value_that_holds_another_one_is_redacted_as_a_whole() =>
        Assert.Equal("token=*** end", SecretRedactor.Redact("token=abcdefgh-extended end", ["abcdefgh", "abcdefgh-extended"]));

    [Theory]
    [InlineData("MIIEowIBAAKCAQEA0123456789abcdef")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----")]
    public void A_value_of_several_lines_is_redacted_line_by_line(string line) =>
        Assert.Equal("key: ***", SecretRedactor.Redact($"key: {line}", ["-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA0123456789abcdef\r\n-----END RSA PRIVATE KEY-----\n"]));

    [Fact]
    public void A_line_without_secrets_stays_as_it_is() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), line => SecretRedactor.Redact(line.Get, []) == line.Get).QuickCheckThrowOnFailure();

    private static string[] Forms(string value, string before) =>
    [
        before + value + before,
        JsonSerializer.Serialize(value),
        $"?key={Uri.EscapeDataString(value)}&x=1",
        Base64("", value),
        Base64("k", value),
        Base64("ke", value),
    ];

    private static string Base64(string prefix, string value) => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{prefix}{value}:after"));

    private static Arbitrary<string> SecretValues()
    {
        var character = Gen.Elements("abcXYZ019-_+/=\"\\<&é€ ".ToCharArray());
        return character.ArrayOf().Where(c => c.Length >= 8).Select(c => new string(c)).Resize(40).ToArbitrary();
    }
}
