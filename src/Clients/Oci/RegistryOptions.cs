namespace MultiAgentInfra.Clients.Oci;

/// <summary>The image registry that is reached over HTTP. Without this section of the configuration images are kept in a folder.</summary>
public sealed class RegistryOptions
{
    public const string Section = "Registry";

    /// <summary><c>HOST[:PORT]</c>, or an URL of nothing but that. Without a scheme it is https, and http on this machine.</summary>
    public string? Address { get; set; }

    /// <summary>Stands before the name of every repository, such as <c>team/bots</c>.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>May push. An Azure registry without it is asked with the identity that Azure.Identity finds.</summary>
    public string? Username { get; set; }

    public string? Password { get; set; }

    /// <summary>A file of mode 600 that holds the password.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>An account that may only pull, for scanners and deployments; the one above serves them too when this is absent.</summary>
    public string? PullUsername { get; set; }

    public string? PullPassword { get; set; }

    /// <summary>A file of mode 600 that holds the password.</summary>
    public string? PullPasswordFile { get; set; }

    /// <summary>Permits http to other machines: whoever is on the way reads the credentials and changes the images.</summary>
    public bool AllowPlainHttp { get; set; }

    /// <summary>A PEM file of certificates that are trusted beside the system's.</summary>
    public string? CertificateAuthorityFile { get; set; }
}
