namespace MultiAgentInfra.Clients.Docker;

/// <summary>The Docker Engine that builds. Without this section of the configuration, and without Portainer's, this machine's npm builds.</summary>
public sealed class DockerOptions
{
    public const string Section = "Docker";

    /// <summary><c>unix:///var/run/docker.sock</c> or <c>tcp://HOST:PORT</c>.</summary>
    public string? Endpoint { get; set; }

    /// <summary>Holds ca.pem, cert.pem and key.pem, which https://docs.docker.com/engine/security/protect-access/ makes; required for another machine.</summary>
    public string? CertificatesFolder { get; set; }

    /// <summary>The network of a build's containers, such as <c>host</c>; the engine's own choice when absent.</summary>
    public string? BuildNetwork { get; set; }

    public bool IsConfigured => !string.IsNullOrEmpty(Endpoint);
}
