namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>An error as Portainer answers it: <c>{"message","details"}</c>.</summary>
internal sealed class PortainerException(int status, string message, string? details = null) : Exception(message)
{
    public int Status => status;

    public string? Details => details;

    public static PortainerException BadPayload(string details) => new(400, "Invalid request payload", details);

    public static PortainerException AccessDenied() => new(403, "Access denied", "Access denied to resource");
}
