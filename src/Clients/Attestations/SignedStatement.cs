using MultiAgentInfra.Clients.Keys;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Attestations;

/// <summary>A statement of ours about an image, before it is signed.</summary>
/// <param name="Said">The digest of what it says, without what differs from run to run.</param>
internal sealed record SignedStatement(string PredicateType, byte[] Content, Digest Said)
{
    public static SignedStatement Of(string name, Digest image, VerdictStatement verdict)
    {
        var content = InTotoStatement.Write(name, image, VerdictStatement.PredicateType, verdict);
        return new(VerdictStatement.PredicateType, content, Digest.Of(content));
    }

    /// <summary>A later run that made the same image of the same things would say nothing new.</summary>
    public static SignedStatement Of(string name, Digest image, SlsaProvenance provenance) => new(
        SlsaProvenance.PredicateType,
        InTotoStatement.Write(name, image, SlsaProvenance.PredicateType, provenance),
        Digest.Of(OciJson.Write(provenance.BuildDefinition)));

    /// <summary>Whether the image has it already, signed by the same key: a signature is another one each time, and so is its digest.</summary>
    public bool IsIn(IEnumerable<Descriptor> referrers, ImageSigningKey key) => referrers.Any(referrer =>
        referrer.Annotations is { } annotations
        && annotations.GetValueOrDefault(AttestationTypes.StatementAnnotation) == Said.Value
        && annotations.GetValueOrDefault(AttestationTypes.KeyAnnotation) == key.Public.Id);

    public async Task<Referrer> SignAsync(IImageRegistry registry, string repository, ImageSigningKey key, CancellationToken cancellationToken)
    {
        var envelope = DsseEnvelope.Sign(Content, AttestationTypes.InToto, key);
        var document = await registry.PutBlobAsync(repository, envelope, AttestationTypes.DsseEnvelope, cancellationToken);
        return new(AttestationTypes.InToto, document, new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [AttestationTypes.PredicateAnnotation] = PredicateType,
            [AttestationTypes.StatementAnnotation] = Said.Value,
            [AttestationTypes.KeyAnnotation] = key.Public.Id,
        });
    }
}
