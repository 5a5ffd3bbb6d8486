namespace MultiAgentInfra.Clients.Oci;

/// <summary>A call that may go well another time: the connection broke, or the registry asks for patience. Never leaves this folder.</summary>
internal sealed class RegistryInterruption(ApiException cause, TimeSpan? retryAfter = null) : Exception(cause.Message, cause)
{
    public ApiException Cause => cause;

    /// <summary>What the registry asks for; null when it says nothing.</summary>
    public TimeSpan? RetryAfter => retryAfter;
}
