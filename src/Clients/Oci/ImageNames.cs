using System.Globalization;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>Every repository, tag, label and annotation that this system writes into a registry, in one place.</summary>
public static class ImageNames
{
    /// <summary>An index entry's name, here <c>REPOSITORY:TAG</c> (https://github.com/opencontainers/image-spec/blob/v1.1.1/annotations.md).</summary>
    public const string ReferenceAnnotation = "org.opencontainers.image.ref.name";

    /// <summary>On an index entry without a name: the repository that it belongs to.</summary>
    public const string RepositoryAnnotation = "multiagentinfra.repository";

    /// <summary>On an index entry: the digest of the manifest that it refers to.</summary>
    public const string SubjectAnnotation = "multiagentinfra.subject";

    public const string RuntimeKeyLabel = "multiagentinfra.runtime-key";
    public const string NodeVersionLabel = "multiagentinfra.node-version";

    /// <summary><c>true</c> on an image without a base: it holds no Node.js and runs only where the host has one.</summary>
    public const string LocalOnlyLabel = "multiagentinfra.local-only";

    public const string AgentLabel = "multiagentinfra.agent";
    public const string RevisionLabel = "multiagentinfra.revision";

    /// <summary>The digest of the runtime image that an agent image stands on.</summary>
    public const string RuntimeLabel = "multiagentinfra.runtime";

    /// <summary>Runtime images before the verdict; nothing that deploys may read it.</summary>
    public const string QuarantineRepository = "quarantine/runtime";

    /// <summary>Released runtime images; the tag is the runtime key.</summary>
    public const string RuntimeRepository = "runtime";

    /// <summary>The agent images of one owner, so that a pull credential reaches one owner's images and a runtime is mounted once per owner.</summary>
    public static string AgentRepository(Guid organizationId) => $"agents/{organizationId:D}";

    public static string AgentTag(Guid agentId, int revision) => string.Create(CultureInfo.InvariantCulture, $"{agentId:D}-{revision}");

    /// <summary>The tags that belong to an image without naming it: the list of what refers to it where a registry has none
    /// (https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#referrers-tag-schema), and its signatures.</summary>
    public static IReadOnlyList<string> CompanionTags(Digest image) => [RegistryRoutes.FallbackTag(image), SignatureTag(image)];

    /// <summary>A name for people and for tools, as in <c>skopeo inspect oci:ROOT:REPOSITORY:TAG</c>.</summary>
    public static string Reference(string repository, string tag) => $"{repository}:{tag}";

    /// <summary>Where the signatures of an image are, in its repository (https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md#tag-based-discovery).</summary>
    public static string SignatureTag(Digest image) => $"sha256-{image.Hex}.sig";

    /// <summary>What every error calls content that is not there.</summary>
    internal static string Missing(Digest digest) => $"The image registry has no content {digest}.";
}
