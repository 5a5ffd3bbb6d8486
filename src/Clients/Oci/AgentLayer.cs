using MultiAgentInfra.Core.Characters;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>What makes an agent's revision out of a runtime image. Holds no secrets.</summary>
public sealed record AgentLayer(Guid OrganizationId, Guid AgentId, int Revision, string CharacterJson, IReadOnlyList<KnowledgeFile> Knowledge);
