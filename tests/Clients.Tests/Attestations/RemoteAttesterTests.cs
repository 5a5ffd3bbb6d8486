using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using MultiAgentInfra.Clients.Attestations;
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

    /// <summary>Skopeo reads the signatures as cosign lays them out, and writes them anew. That Debian's refuses to verify any is why ours does here.</summary>
    [Fact]
    public async Task Skopeo_copies_a_signed_image_with_its_signatures()
    {
        Requires.Program("skopeo");
        var images = await OpenAsync();
        var (keys, next) = (AttestedImage.NewKeys(), AttestedImage.NewKeys());
        var image = await AttestedImage.CreateAsync(images, "agents/skopeo", "one");
        await image.AttestAsync(images, keys);
        await image.AttestAsync(images, next);

        await CopyAsync($"{images.FullName("agents/skopeo")}@{image.Digest}", $"{images.FullName("copies/skopeo")}:one");

        await new ImageVerifier(images, keys).VerifyAsync("copies/skopeo", image.Digest, CancellationToken.None);
        await new ImageVerifier(images, next).VerifyAsync("copies/skopeo", image.Digest, CancellationToken.None);
    }

    private static async Task CopyAsync(string from, string to)
    {
        var folder = Directory.CreateTempSubdirectory("skopeo-");
        try
        {
            // https://github.com/containers/image/blob/main/docs/containers-registries.d.5.md
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "default.yaml"), "default-docker: { use-sigstore-attachments: true }\n");
            string[] arguments =
            [
                "--insecure-policy", "--registries.d", folder.FullName, "copy", "--quiet", "--src-tls-verify=false", "--dest-tls-verify=false",
                $"docker://{from}", $"docker://{to}",
            ];
            using var process = Process.Start(new ProcessStartInfo("skopeo", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            var error = await process.StandardError.ReadToEndAsync(CancellationToken.None);
            await process.WaitForExitAsync(CancellationToken.None);
            await output;
            Assert.True(process.ExitCode == 0, error);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
