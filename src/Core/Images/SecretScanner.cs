using System.Text.Json;
using System.Text.RegularExpressions;

namespace MultiAgentInfra.Core.Images;

/// <summary>Looks for secrets in a text that is about to become part of an image: keys of well-known forms, and values that are known to be secret.</summary>
public static partial class SecretScanner
{
    private static readonly (string Rule, Regex Pattern)[] Rules =
    [
        ("anthropic-api-key", AnthropicKey()),
        ("openai-api-key", OpenAiKey()),
        ("openrouter-api-key", OpenRouterKey()),
        ("telegram-bot-token", TelegramToken()),
        ("discord-bot-token", DiscordToken()),
        ("github-token", GitHubToken()),
        ("aws-access-key-id", AwsKeyId()),
        ("google-api-key", GoogleKey()),
        ("slack-token", SlackToken()),
        ("huggingface-token", HuggingFaceToken()),
        ("groq-api-key", GroqKey()),
        ("xai-api-key", XaiKey()),
        ("elevenlabs-api-key", ElevenLabsKey()),
        ("perplexity-api-key", PerplexityKey()),
        ("replicate-api-token", ReplicateToken()),
        ("tavily-api-key", TavilyKey()),
        ("supabase-key", SupabaseKey()),
        ("json-web-token", JsonWebToken()),
        ("stripe-secret-key", StripeKey()),
        ("private-key", PrivateKey()),
    ];

    /// <summary>The pattern of each rule by its id, in syntax that RE2 takes too.</summary>
    public static IReadOnlyDictionary<string, string> Patterns { get; } = Rules.ToDictionary(r => r.Rule, r => r.Pattern.ToString(), StringComparer.Ordinal);

    /// <summary>Names the rules as they are: another value when any of them changes.</summary>
    public static string Version { get; } = Digest.Of(JsonSerializer.SerializeToUtf8Bytes(Patterns)).Hex[..12];

    /// <summary>Every rule that applies, once each; a known value is reported as <c>agent-secret</c>. Values shorter than 6 characters are not looked for.</summary>
    /// <param name="path">Where the text will be; it is only repeated in the findings.</param>
    public static IReadOnlyList<SecretFinding> Find(string path, string content, IEnumerable<string> secretValues)
    {
        var findings = Rules.Where(r => r.Pattern.IsMatch(content)).Select(r => new SecretFinding(r.Rule, path)).ToList();
        if (secretValues.SelectMany(SecretForms.Of).Any(form => content.Contains(form, StringComparison.Ordinal)))
            findings.Add(new("agent-secret", path));
        return findings;
    }

    // Each pattern is linear: no nested repetition, so that a hostile text cannot make it slow.
    [GeneratedRegex(@"\bsk-ant-[A-Za-z0-9_-]{20,}", RegexOptions.NonBacktracking)]
    private static partial Regex AnthropicKey();

    [GeneratedRegex(@"\bsk-(proj-|svcacct-|admin-)[A-Za-z0-9_-]{20,}|\bsk-[A-Za-z0-9]{32,}\b", RegexOptions.NonBacktracking)]
    private static partial Regex OpenAiKey();

    [GeneratedRegex(@"\bsk-or-v1-[A-Za-z0-9]{32,}", RegexOptions.NonBacktracking)]
    private static partial Regex OpenRouterKey();

    [GeneratedRegex(@"\b[0-9]{8,10}:[A-Za-z0-9_-]{35}", RegexOptions.NonBacktracking)]
    private static partial Regex TelegramToken();

    [GeneratedRegex(@"\b[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,}", RegexOptions.NonBacktracking)]
    private static partial Regex DiscordToken();

    [GeneratedRegex(@"\bgh[pousr]_[A-Za-z0-9]{36,}|\bgithub_pat_[A-Za-z0-9_]{60,}", RegexOptions.NonBacktracking)]
    private static partial Regex GitHubToken();

    [GeneratedRegex(@"\b(AKIA|ASIA)[A-Z2-7]{16}\b", RegexOptions.NonBacktracking)]
    private static partial Regex AwsKeyId();

    [GeneratedRegex(@"\bAIza[A-Za-z0-9_-]{35}", RegexOptions.NonBacktracking)]
    private static partial Regex GoogleKey();

    [GeneratedRegex(@"\bxox[abeoprs]-[A-Za-z0-9-]{10,}|\bxapp-[A-Za-z0-9-]{20,}", RegexOptions.NonBacktracking)]
    private static partial Regex SlackToken();

    [GeneratedRegex(@"\bhf_[A-Za-z0-9]{34,}", RegexOptions.NonBacktracking)]
    private static partial Regex HuggingFaceToken();

    [GeneratedRegex(@"\bgsk_[A-Za-z0-9]{40,}", RegexOptions.NonBacktracking)]
    private static partial Regex GroqKey();

    [GeneratedRegex(@"\bxai-[A-Za-z0-9]{60,}", RegexOptions.NonBacktracking)]
    private static partial Regex XaiKey();

    [GeneratedRegex(@"\bsk_[0-9a-f]{48}\b", RegexOptions.NonBacktracking)]
    private static partial Regex ElevenLabsKey();

    [GeneratedRegex(@"\bpplx-[A-Za-z0-9]{40,}", RegexOptions.NonBacktracking)]
    private static partial Regex PerplexityKey();

    [GeneratedRegex(@"\br8_[A-Za-z0-9]{37,}", RegexOptions.NonBacktracking)]
    private static partial Regex ReplicateToken();

    [GeneratedRegex(@"\btvly-[A-Za-z0-9-]{20,}", RegexOptions.NonBacktracking)]
    private static partial Regex TavilyKey();

    [GeneratedRegex(@"\bsb_secret_[A-Za-z0-9_-]{20,}|\bsbp_[0-9a-f]{40}\b", RegexOptions.NonBacktracking)]
    private static partial Regex SupabaseKey();

    // Such as the service key of a Supabase project.
    [GeneratedRegex(@"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}", RegexOptions.NonBacktracking)]
    private static partial Regex JsonWebToken();

    [GeneratedRegex(@"\b[rs]k_live_[A-Za-z0-9]{20,}", RegexOptions.NonBacktracking)]
    private static partial Regex StripeKey();

    [GeneratedRegex(@"-----BEGIN ([A-Z]+ )*PRIVATE KEY( BLOCK)?-----", RegexOptions.NonBacktracking)]
    private static partial Regex PrivateKey();
}
