using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Trivy;

/// <summary>The folder of one scan, private and gone afterwards: Trivy works in it, so that no trivy.yaml or .trivyignore of another folder has
/// a say, and finds the rules for secrets and its one credential there.</summary>
internal sealed class TrivyFolder : IDisposable
{
    // Keys that ElizaOS uses and that Trivy has no rule for: https://github.com/aquasecurity/trivy/blob/main/pkg/fanal/secret/builtin-rules.go
    private static readonly string[] Lacking =
    [
        "anthropic-api-key", "openrouter-api-key", "telegram-bot-token", "google-api-key", "groq-api-key", "xai-api-key", "elevenlabs-api-key",
        "perplexity-api-key", "replicate-api-token", "tavily-api-key", "supabase-key",
    ];

    public TrivyFolder(string parent, JsonObject accounts)
    {
        Root = Path.Combine(parent, Guid.NewGuid().ToString("N"));
        PrivateFiles.CreateFolder(Root, PrivateFiles.OwnerOnlyFolder);
        PrivateFiles.CreateFolder(DockerConfig, PrivateFiles.OwnerOnlyFolder);
        Write(SecretRules, Rules());
        Write(Path.Combine(DockerConfig, "config.json"), new JsonObject { ["auths"] = accounts.DeepClone() }.ToJsonString());
    }

    public string Root { get; }

    public string SecretRules => Path.Combine(Root, "secret-rules.yaml");

    /// <summary>Trivy is pointed to it even when there is no account to show, because it would look for one of the user's own.</summary>
    public string DockerConfig => Path.Combine(Root, "docker");

    /// <summary>Removes what a scan has left that did not end.</summary>
    public static void Clear(string parent)
    {
        if (Directory.Exists(parent))
            Directory.Delete(parent, recursive: true);
        PrivateFiles.CreateFolder(parent, PrivateFiles.OwnerOnlyFolder);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    // JSON is YAML. The format: https://trivy.dev/latest/docs/scanner/secret/#custom-rules
    internal static string Rules() => JsonSerializer.Serialize(new
    {
        rules = Lacking.Select(id => new { id, category = "ElizaOS", title = id, severity = "CRITICAL", regex = SecretScanner.Patterns[id] }),
    });

    private static void Write(string path, string text)
    {
        using var file = PrivateFiles.OpenWrite(path, FileMode.CreateNew, FileShare.None);
        file.Write(Encoding.UTF8.GetBytes(text));
    }
}
