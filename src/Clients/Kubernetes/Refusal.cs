using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Clients.Kubernetes;

/// <summary>Why an API server does not take an object, by its own words: for Portainer hides its status in a text, and a controller in an event.</summary>
internal static class Refusal
{
    /// <returns>Null when these are no words of a refusal.</returns>
    public static Diagnosis? Of(string words)
    {
        bool Says(string part) => words.Contains(part, StringComparison.OrdinalIgnoreCase);
        if (Says("exceeded quota"))
            return new(DiagnosisCause.QuotaExceeded, $"The owner's quota on this cluster is used up: {words}", [words], "Delete or shrink other agents of this owner, or raise the ResourceQuota of its namespace.");
        if (Says("violates PodSecurity") || Says("admission webhook") || Says("ValidatingAdmissionPolicy"))
            return new(DiagnosisCause.AdmissionDenied, $"A policy of the cluster does not admit the agent: {words}", [words], "See which policy it is, and whether it should make an exception for agents.");
        if (Says("forbidden"))
            return new(DiagnosisCause.Forbidden, $"The cluster does not let this be made: {words}", [words], "Give the user of Portainer's key the role of an administrator, or the rights that are named here.");
        return null;
    }
}
