using Microsoft.Extensions.Configuration;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Clients.Portainer;

/// <summary>The Portainer whose clusters run agents, and whose Docker environment may build; its own word for an environment is "endpoint".</summary>
public sealed class PortainerOptions
{
    public const string Section = "Portainer";

    /// <summary>Such as <c>https://portainer.example:9443</c>; also as the environment variable <c>PORTAINER_URL</c>.</summary>
    public string? Address { get; set; }

    /// <summary>An access token of an administrator, who alone may make namespaces; also as the environment variable <c>PORTAINER_API_KEY</c>.</summary>
    public string? ApiKey { get; set; }

    /// <summary>A file of mode 600 that holds the key; also as the environment variable <c>PORTAINER_API_KEY_FILE</c>.</summary>
    public string? ApiKeyFile { get; set; }

    /// <summary>The Docker environment that builds images; null when others do.</summary>
    public int? EndpointId { get; set; }

    /// <summary>The registry among Portainer's whose credentials push and pull the images; where absent, those of the section Registry do.</summary>
    public int? RegistryId { get; set; }

    /// <summary>The address ranges from which API servers reach pods, such as <c>10.0.0.0/24</c>: agents are then asked for their health past the kubelet too.</summary>
    public IReadOnlyList<string> ControlPlaneRanges { get; set; } = [];

    /// <summary>How long an agent may take from its start to its first good answer; a node may have to pull its image first. From 30 s to 10 min.</summary>
    public TimeSpan BootTimeout { get; set; } = StepBudgets.LongestBoot;

    /// <summary>Whether agents in Docker environments use their engine's own network, for an engine without a bridge.</summary>
    public bool HostNetwork { get; set; }

    /// <summary>For agents in Kubernetes environments; null for the defaults.</summary>
    public PortainerAgentsOptions? Agents { get; set; }

    public bool IsConfigured => !string.IsNullOrEmpty(Address);

    /// <summary>Whether its Docker environment builds.</summary>
    public bool Builds => IsConfigured && EndpointId is not null;

    /// <summary>Takes what its section lacks from the variables that people know from Portainer's own programs.</summary>
    public static void AddAliases(PortainerOptions options, IConfiguration configuration)
    {
        options.Address ??= configuration["PORTAINER_URL"];
        if (options is not { ApiKey: null, ApiKeyFile: null })
            return;
        options.ApiKey = configuration["PORTAINER_API_KEY"];
        options.ApiKeyFile = configuration["PORTAINER_API_KEY_FILE"];
    }

    internal string ReadApiKey() => string.IsNullOrEmpty(ApiKeyFile) ? ApiKey! : SecretFile.Read(ApiKeyFile);
}
