using Microsoft.Extensions.Options;

namespace MultiAgentInfra.Clients.Docker;

/// <summary>What no annotation can say of the options: where an engine can be, and that another machine's is reached with certificates only.</summary>
/// <param name="portainerBuilds">Whether an environment of Portainer is to build too.</param>
public sealed class DockerValidation(bool portainerBuilds) : IValidateOptions<DockerOptions>
{
    internal const string UnixScheme = "unix";

    private static readonly string[] Certificates = ["ca.pem", "cert.pem", "key.pem"];

    public ValidateOptionsResult Validate(string? name, DockerOptions options)
    {
        var failures = Failures(options).ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private IEnumerable<string> Failures(DockerOptions options)
    {
        if (!options.IsConfigured)
        {
            if (!string.IsNullOrEmpty(options.CertificatesFolder) || !string.IsNullOrEmpty(options.BuildNetwork) || options.HostNetwork)
                yield return "Docker:Endpoint is missing: give it, such as unix:///var/run/docker.sock, or leave the whole section Docker out.";
            yield break;
        }

        if (portainerBuilds)
            yield return "The section Docker and Portainer:EndpointId are both given, and one engine builds; give one of them.";
        if (EndpointProblem(options) is { } problem)
            yield return $"Docker:Endpoint '{options.Endpoint}' {problem}.";
        if (options.CertificatesFolder is { Length: > 0 } folder)
        {
            foreach (var file in Certificates.Select(certificate => Path.Combine(folder, certificate)).Where(file => !File.Exists(file)))
                yield return $"Docker:CertificatesFolder holds no {file}.";
            var key = Path.Combine(folder, "key.pem");
            if (File.Exists(key) && !PrivateFiles.IsOwnerOnly(key))
                yield return "Docker:CertificatesFolder has a key.pem that others can read; set its mode to 600.";
        }
    }

    private static string? EndpointProblem(DockerOptions options)
    {
        if (!Uri.TryCreate(options.Endpoint, UriKind.Absolute, out var endpoint))
            return "is no address such as unix:///var/run/docker.sock or tcp://HOST:2376";
        var hasCertificates = !string.IsNullOrEmpty(options.CertificatesFolder);
        return endpoint.Scheme switch
        {
            UnixScheme when endpoint.Host.Length > 0 || endpoint.AbsolutePath.Length < 2 => "needs three slashes before its path",
            UnixScheme when hasCertificates => "is a socket, which takes no Docker:CertificatesFolder",
            UnixScheme => null,
            "tcp" when endpoint.Port < 0 || endpoint.AbsolutePath is not ("" or "/") => "must be tcp://HOST:PORT",
            "tcp" when !hasCertificates && !endpoint.IsLoopback =>
                "is another machine, which without certificates everybody there could use as root; give Docker:CertificatesFolder",
            "tcp" => null,
            _ => "begins with neither unix:// nor tcp://",
        };
    }
}
