namespace MultiAgentInfra.Clients.Oci;

/// <summary>The media types of an OCI image (https://github.com/opencontainers/image-spec/blob/v1.1.1/media-types.md)
/// and of a Docker one (https://distribution.github.io/distribution/spec/manifest-v2-2/).</summary>
public static class MediaTypes
{
    public const string Config = "application/vnd.oci.image.config.v1+json";
    public const string Index = "application/vnd.oci.image.index.v1+json";
    public const string Layer = "application/vnd.oci.image.layer.v1.tar+gzip";
    public const string Manifest = "application/vnd.oci.image.manifest.v1+json";

    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
    public const string DockerManifestList = "application/vnd.docker.distribution.manifest.list.v2+json";

    private const string DockerLayer = "application/vnd.docker.image.rootfs.diff.tar.gzip";
    private const string DockerPlainLayer = "application/vnd.docker.image.rootfs.diff.tar";
    private const string PlainLayer = "application/vnd.oci.image.layer.v1.tar";

    /// <summary>Whether it lists manifests rather than layers.</summary>
    public static bool IsIndex(string mediaType) => mediaType is Index or DockerManifestList;

    /// <summary>Whether a registry stores it as a manifest.</summary>
    public static bool IsManifest(string mediaType) => mediaType is Manifest or DockerManifest || IsIndex(mediaType);

    /// <summary>OCI's name of a Docker layer, whose content is the same; any other type as it is.</summary>
    public static string ToOciLayer(string mediaType) => mediaType switch
    {
        DockerLayer => Layer,
        DockerPlainLayer => PlainLayer,
        _ => mediaType,
    };
}
