namespace MultiAgentInfra.Clients.Docker;

/// <summary>The Docker Engine that builds images and runs agents. Without this section of the configuration this machine's npm and processes do.</summary>
public sealed class DockerOptions
{
    public const string Section = "Docker";

    /// <summary><c>unix:///var/run/docker.sock</c> or <c>tcp://HOST:PORT</c>.</summary>
    public string? Endpoint { get; set; }

    /// <summary>Holds ca.pem, cert.pem and key.pem, which https://docs.docker.com/engine/security/protect-access/ makes; required for another machine.</summary>
    public string? CertificatesFolder { get; set; }

    /// <summary>The network of a build's containers, such as <c>host</c>; the engine's own choice when absent.</summary>
    public string? BuildNetwork { get; set; }

    /// <summary>Whether agents use the engine's own network, for an engine without a bridge; else each has its own, and one port on loopback.</summary>
    public bool HostNetwork { get; set; }

    public bool IsConfigured => !string.IsNullOrEmpty(Endpoint);
}
