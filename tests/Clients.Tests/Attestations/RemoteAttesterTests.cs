using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using MultiAgentInfra.Clients.Keys;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Clients.Tests.Attestations;

/// <summary>The real registry, shared by the tests of this class.</summary>
public sealed class AttesterRegistry : IAsyncLifetime
{
    public RegistryProcess Process { get; private set; } = null!;

    public RemoteRegistry Registry { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        if (!Requires.Has("docker-registry"))
            return;
        Process = await RegistryProcess.StartAsync();
        Registry = new(new() { Address = Process.Address, Prefix = "team" }, Process.PathOf("spool"), TimeProvider.System, NullLogger<RemoteRegistry>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        Registry?.Dispose();
        if (Process is not null)
            await Process.DisposeAsync();
    }
}

[Trait("Needs", "Server")]
public sealed class RemoteAttesterTests(AttesterRegistry registry) : ImageAttesterTests, IClassFixture<AttesterRegistry>
{
    protected override Task<IImageRegistry> OpenAsync()
    {
        Requires.Program("docker-registry");
        return Task.FromResult<IImageRegistry>(registry.Registry);
    }

    [Fact]
    public async Task Skopeo_copies_a_signed_image_under_a_policy_that_asks_for_our_signature_and_no_other()
    {
        Requires.Program("skopeo");
        var images = await OpenAsync();
        var (keys, others) = (AttestedImage.NewKeys(), AttestedImage.NewKeys());
        var signed = await AttestedImage.CreateAsync(images, "agents/skopeo", "signed");
        var foreign = await AttestedImage.CreateAsync(images, "agents/skopeo", "foreign");
        var bare = await AttestedImage.CreateAsync(images, "agents/skopeo", "bare");
        await signed.AttestAsync(images, keys);
        await foreign.AttestAsync(images, others);

        Assert.Equal((0, ""), await CopyAsync(signed, keys));
        var (code, error) = await CopyAsync(foreign, keys);
        Assert.Equal(1, code);
        Assert.Contains("Source image rejected: cryptographic signature verification failed", error, StringComparison.Ordinal);
        (code, error) = await CopyAsync(bare, keys);
        Assert.Equal(1, code);
        Assert.Contains("Source image rejected: A signature was required, but no signature exists", error, StringComparison.Ordinal);
    }

    /// <summary>https://github.com/containers/image/blob/main/docs/containers-policy.json.5.md#sigstoresigned</summary>
    private async Task<(int ExitCode, string Error)> CopyAsync(AttestedImage image, ImageKeys keys)
    {
        var folder = Directory.CreateTempSubdirectory("skopeo-");
        try
        {
            string PathOf(string name) => Path.Combine(folder.FullName, name);
            var name = registry.Registry.FullName(image.Repository);
            await File.WriteAllTextAsync(PathOf("key.pub"), keys.Signing.Public.Pem);
            var requirement = new { type = "sigstoreSigned", keyPath = PathOf("key.pub"), signedIdentity = new { type = "matchRepository" } };
            var policy = new { @default = new[] { new { type = "reject" } }, transports = new { docker = new Dictionary<string, object> { [name] = new[] { requirement } } } };
            await File.WriteAllTextAsync(PathOf("policy.json"), JsonSerializer.Serialize(policy));
            Directory.CreateDirectory(PathOf("registries.d"));
            await File.WriteAllTextAsync(PathOf("registries.d/default.yaml"), "default-docker: { use-sigstore-attachments: true }\n");
            string[] arguments =
            [
                "--policy", PathOf("policy.json"), "--registries.d", PathOf("registries.d"), "copy", "--quiet", "--src-tls-verify=false", "--remove-signatures",
                $"docker://{name}@{image.Digest}", $"dir:{PathOf("copy")}",
            ];
            using var process = Process.Start(new ProcessStartInfo("skopeo", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            var error = await process.StandardError.ReadToEndAsync(CancellationToken.None);
            await process.WaitForExitAsync(CancellationToken.None);
            await output;
            return (process.ExitCode, error);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
