namespace MultiAgentInfra.Clients.Attestations;

/// <summary>The media types and annotations of what is attached to an image.</summary>
public static class AttestationTypes
{
    /// <summary>A list of components (https://cyclonedx.org/specification/overview/#recognized-media-types).</summary>
    public const string CycloneDx = "application/vnd.cyclonedx+json";

    /// <summary>A statement about an image (https://github.com/in-toto/attestation/blob/main/spec/v1/envelope.md).</summary>
    public const string InToto = "application/vnd.in-toto+json";

    /// <summary>What a statement is signed in (https://github.com/secure-systems-lab/dsse/blob/master/envelope.md).</summary>
    public const string DsseEnvelope = "application/vnd.dsse.envelope.v1+json";

    /// <summary>What a signature of an image is made over (https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md#simple-signing).</summary>
    public const string SimpleSigning = "application/vnd.dev.cosign.simplesigning.v1+json";

    /// <summary>For a config that says nothing (https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md#guidance-for-an-empty-descriptor).</summary>
    public const string Empty = "application/vnd.oci.empty.v1+json";

    /// <summary>On the layer of a signature: base64 of the signature in DER.</summary>
    public const string SignatureAnnotation = "dev.cosignproject.cosign/signature";

    /// <summary>On a statement: what kind of predicate is in it.</summary>
    public const string PredicateAnnotation = "in-toto.io/predicate-type";

    /// <summary>On a statement: what it says, as a digest that is the same for every run that would say the same, so that it is attached once.</summary>
    public const string StatementAnnotation = "multiagentinfra.statement";

    /// <summary>On a statement: the id of the key that signed it.</summary>
    public const string KeyAnnotation = "multiagentinfra.key";
}
