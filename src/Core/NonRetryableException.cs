namespace MultiAgentInfra.Core;

/// <summary>A failure that no retry can mend: the one exception type that every retry policy stops at.</summary>
public class NonRetryableException(string message, Exception? innerException = null) : Exception(message, innerException);
