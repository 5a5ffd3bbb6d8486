using MultiAgentInfra.Clients.Processes;

namespace MultiAgentInfra.Clients.Trivy;

/// <summary>What Trivy is told by its environment.</summary>
public static class TrivyEnvironment
{
    // Where its database, its cache and its server are. What hides findings (TRIVY_IGNORE_UNFIXED, TRIVY_SKIP_FILES, …) would open the gate past
    // the policy; what weakens TLS has no place in a gate; and the account of a registry (TRIVY_USERNAME, TRIVY_PASSWORD, TRIVY_REGISTRY_TOKEN)
    // would be shown to every registry that Trivy asks.
    private static readonly HashSet<string> Own = new(StringComparer.Ordinal)
    {
        "TRIVY_CACHE_BACKEND", "TRIVY_CACHE_DIR", "TRIVY_CACHE_TTL", "TRIVY_CUSTOM_HEADERS", "TRIVY_DB_REPOSITORY", "TRIVY_DETECTION_PRIORITY",
        "TRIVY_JAVA_DB_REPOSITORY", "TRIVY_MAX_IMAGE_SIZE", "TRIVY_OFFLINE_SCAN", "TRIVY_PARALLEL", "TRIVY_REDIS_CA", "TRIVY_REDIS_CERT",
        "TRIVY_REDIS_KEY", "TRIVY_REDIS_TLS", "TRIVY_SERVER", "TRIVY_SKIP_DB_UPDATE", "TRIVY_SKIP_JAVA_DB_UPDATE", "TRIVY_TOKEN", "TRIVY_TOKEN_HEADER",
    };

    /// <summary>The proxies and certificates of this machine and Trivy's own settings; nothing else of this process.</summary>
    public static IReadOnlyDictionary<string, string> Default() => HostEnvironment.ForTool("TRIVY_", "XDG_CACHE_HOME", "SSL_CERT_FILE", "SSL_CERT_DIR")
        .Where(variable => !variable.Key.StartsWith("TRIVY_", StringComparison.OrdinalIgnoreCase) || Own.Contains(variable.Key))
        .ToDictionary(StringComparer.Ordinal);
}
