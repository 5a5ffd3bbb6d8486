using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.TestSupport;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.EndToEnd;

/// <summary>The settings of a control plane that builds with npm on a base of next to nothing, and runs agents in the clusters of a Portainer.</summary>
internal static class ClusterSettings
{
    private const string Base = "base/node";

    public static async Task<Dictionary<string, string>> OfAsync(PortainerServer portainer, RegistryProcess registry)
    {
        var policy = registry.PathOf("scan-policy.json");
        await File.WriteAllTextAsync(policy, """{"severities":["CRITICAL"],"onlyFixable":true,"unscanned":"warn"}""");
        return new()
        {
            ["PORTAINER_URL"] = portainer.Address,
            ["PORTAINER_API_KEY"] = PortainerServer.ApiKey,
            ["Portainer__BootTimeout"] = "00:00:30",
            ["Registry__Address"] = registry.Address,
            ["Build__BaseImage"] = $"{new Uri(registry.Address).Authority}/{Base}:1@{await PushBaseAsync(registry)}",
            ["Scan__PolicyFile"] = policy,
        };
    }

    private static async Task<Digest> PushBaseAsync(RegistryProcess registry)
    {
        using var client = new RemoteRegistry(new() { Address = registry.Address }, registry.PathOf("spool"), TimeProvider.System, NullLogger<RemoteRegistry>.Instance);
        // An empty archive: two blocks of zeroes.
        var layer = await client.PutBlobAsync(Base, new byte[1024], "application/vnd.oci.image.layer.v1.tar", CancellationToken.None);
        var config = await client.PutBlobAsync(
            Base,
            Encoding.UTF8.GetBytes($$$"""{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["{{{layer.Digest}}}"]}}"""),
            "application/vnd.oci.image.config.v1+json",
            CancellationToken.None);
        var manifest = JsonSerializer.SerializeToUtf8Bytes(new
        {
            schemaVersion = 2,
            mediaType = "application/vnd.oci.image.manifest.v1+json",
            config = Entry(config),
            layers = new[] { Entry(layer) },
        });
        return (await client.PutManifestAsync(Base, manifest, "application/vnd.oci.image.manifest.v1+json", "1", CancellationToken.None)).Digest;

        static object Entry(Descriptor blob) => new { mediaType = blob.MediaType, digest = blob.Digest.Value, size = blob.Size };
    }
}
