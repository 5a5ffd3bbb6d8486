using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>Every reference, label and annotation that this system writes into an image or an index, in one place.</summary>
public static class ImageNames
{
    /// <summary>The image's name inside an index (https://github.com/opencontainers/image-spec/blob/v1.1.1/annotations.md).</summary>
    public const string ReferenceAnnotation = "org.opencontainers.image.ref.name";

    /// <summary>On an index entry: <c>true</c> while no gate has released the image. Such an entry has no reference.</summary>
    public const string QuarantineAnnotation = "multiagentinfra.quarantine";

    public const string PluginSetLabel = "multiagentinfra.plugin-set";
    public const string NodeVersionLabel = "multiagentinfra.node-version";

    /// <summary><c>true</c> on an image without a base: it holds no Node.js and runs only where the host has one.</summary>
    public const string LocalOnlyLabel = "multiagentinfra.local-only";

    public const string AgentLabel = "multiagentinfra.agent";
    public const string RevisionLabel = "multiagentinfra.revision";

    /// <summary>The digest of the runtime image that an agent image stands on.</summary>
    public const string RuntimeLabel = "multiagentinfra.runtime";

    /// <summary>The reference of a released runtime image, readable as <c>skopeo inspect oci:ROOT:runtime/KEY</c>.</summary>
    public static string RuntimeReference(string pluginSetKey) => $"runtime/{pluginSetKey}";

    /// <summary>The reference of an agent's revision, readable as <c>skopeo inspect oci:ROOT:agents/ID:REVISION</c>.</summary>
    public static string AgentReference(Guid agentId, int revision) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"agents/{agentId:D}:{revision}");

    /// <summary>Where the signatures of an image are, in its repository (https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md#tag-based-discovery).</summary>
    public static string SignatureTag(Digest image) => $"sha256-{image.Hex}.sig";

    /// <summary>What every error calls an image that is not there.</summary>
    internal static string Missing(Digest digest) => $"The image registry has no content {digest}.";
}
