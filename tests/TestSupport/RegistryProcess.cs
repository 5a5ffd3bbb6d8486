using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;

namespace MultiAgentInfra.TestSupport;

/// <summary>What a registry asks of its clients.</summary>
public sealed record RegistrySettings
{
    /// <summary>Asks for <see cref="RegistryProcess.Username"/> and <see cref="RegistryProcess.Password"/>.</summary>
    public bool Password { get; init; }

    public bool Tls { get; init; }

    /// <summary>Lines of its configuration below <c>auth:</c>.</summary>
    public string? Authentication { get; init; }
}

/// <summary>The real registry (distribution 2.8) as a process of its own on a free loopback port, with an empty folder.</summary>
public sealed partial class RegistryProcess : IAsyncDisposable
{
    public const string Username = "pusher";
    public const string Password = "canary-registry-password-5d1c";

    // The password above by bcrypt, the only hash that the registry takes, at its lowest cost.
    private const string PasswordFile = Username + ":$2y$04$pkgZpY9QWOnFkCpFdQ4b4u0sn9aY6HcDyUiF6e9Fy1.JTRWQAXzim\n";

    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(20);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("registry-");
    private readonly Process _process = new();
    private volatile string? _port;

    private RegistryProcess()
    {
    }

    /// <summary>With scheme and port, without a trailing slash.</summary>
    public string Address { get; private set; } = "";

    public int ProcessId => _process.Id;

    /// <summary>The certificate that a client must trust; null without TLS.</summary>
    public string? CertificateFile { get; private set; }

    /// <summary>Skips the test where the registry is not installed.</summary>
    public static async Task<RegistryProcess> StartAsync(RegistrySettings? settings = null)
    {
        Requires.Program("docker-registry");
        var registry = new RegistryProcess();
        try
        {
            await registry.RunAsync(settings ?? new());
            return registry;
        }
        catch
        {
            await registry.DisposeAsync();
            throw;
        }
    }

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    public async ValueTask DisposeAsync()
    {
        if (_port is not null || !string.IsNullOrEmpty(_process.StartInfo.FileName))
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task RunAsync(RegistrySettings settings)
    {
        await File.WriteAllTextAsync(PathOf("config.yml"), Configure(settings));
        _process.StartInfo = new("docker-registry", ["serve", PathOf("config.yml")]) { RedirectStandardError = true, RedirectStandardOutput = true };
        DataReceivedEventHandler read = (_, line) =>
        {
            if (ListeningLine().Match(line.Data ?? "") is { Success: true } match)
                _port = match.Groups[1].Value;
        };
        _process.ErrorDataReceived += read;
        _process.OutputDataReceived += read;
        _process.Start();
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        var port = await Wait.ForAsync("the registry's port", StartDeadline, () => Task.FromResult(_port), TimeSpan.FromMilliseconds(5));
        Address = string.Create(CultureInfo.InvariantCulture, $"{(settings.Tls ? "https" : "http")}://127.0.0.1:{port}");
    }

    private string Configure(RegistrySettings settings)
    {
        var authentication = settings.Authentication;
        if (settings.Password)
        {
            File.WriteAllText(PathOf("htpasswd"), PasswordFile);
            authentication = $"  htpasswd: {{ realm: tests, path: {PathOf("htpasswd")} }}";
        }

        var tls = "";
        if (settings.Tls)
        {
            CreateCertificate();
            tls = $"\n  tls: {{ certificate: {CertificateFile}, key: {PathOf("key.pem")} }}";
        }

        return $"""
            version: 0.1
            log: {"{ level: info, accesslog: { disabled: true } }"}
            storage:
              filesystem: {"{"} rootdirectory: {PathOf("data")} {"}"}
              delete: {"{ enabled: true }"}
            http:
              addr: 127.0.0.1:0{tls}
            {(authentication is null ? "" : "auth:\n" + authentication)}

            """;
    }

    private void CreateCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=registry of a test", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        CertificateFile = PathOf("certificate.pem");
        File.WriteAllText(CertificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(PathOf("key.pem"), key.ExportPkcs8PrivateKeyPem());
    }

    [GeneratedRegex(@"listening on 127\.0\.0\.1:(\d+)")]
    private static partial Regex ListeningLine();
}
