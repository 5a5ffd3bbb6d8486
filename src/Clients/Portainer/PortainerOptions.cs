namespace MultiAgentInfra.Clients.Portainer;

/// <summary>The Portainer whose Docker environment builds; its own word for an environment is "endpoint".</summary>
public sealed class PortainerOptions
{
    public const string Section = "Portainer";

    /// <summary>Such as <c>https://portainer.example:9443</c>.</summary>
    public string? Address { get; set; }

    /// <summary>An access token of a user that may use the environment.</summary>
    public string? ApiKey { get; set; }

    /// <summary>A file of mode 600 that holds the key.</summary>
    public string? ApiKeyFile { get; set; }

    public int EndpointId { get; set; }

    /// <summary>The registry among Portainer's whose credentials push the images; none when absent.</summary>
    public int? RegistryId { get; set; }

    public bool IsConfigured => !string.IsNullOrEmpty(Address);

    internal string ReadApiKey() => string.IsNullOrEmpty(ApiKeyFile) ? ApiKey! : SecretFile.Read(ApiKeyFile);
}
