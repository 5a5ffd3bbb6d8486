namespace MultiAgentInfra.Clients.Oci;

/// <summary>The media types of an OCI image (https://github.com/opencontainers/image-spec/blob/v1.1.1/media-types.md).</summary>
public static class MediaTypes
{
    public const string Config = "application/vnd.oci.image.config.v1+json";
    public const string Index = "application/vnd.oci.image.index.v1+json";
    public const string Layer = "application/vnd.oci.image.layer.v1.tar+gzip";
    public const string Manifest = "application/vnd.oci.image.manifest.v1+json";
}
