using MultiAgentInfra.Clients.Oci;

namespace MultiAgentInfra.Clients.Attestations;

/// <summary>What is attached to an image beside its signature.</summary>
/// <param name="Components">The list of components: a CycloneDX document that is a blob already.</param>
/// <param name="ComponentsRepository">Where that blob is.</param>
public sealed record ImageAttestations(Descriptor Components, string ComponentsRepository, VerdictStatement Verdict, SlsaProvenance Provenance);
