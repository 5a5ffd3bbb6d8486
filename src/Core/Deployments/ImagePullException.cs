namespace MultiAgentInfra.Core.Deployments;

/// <summary>A target answers that it cannot get an agent's image. It is tried again, because registries come back.</summary>
public sealed class ImagePullException(string words, Exception cause) : Exception($"The engine cannot pull the image: {words}", cause)
{
    /// <param name="message">Of an exception of this type.</param>
    public static Diagnosis Explain(string message) => new(
        DiagnosisCause.ImagePullFailed, message, [message], "See that the engine reaches the registry, and that the credentials that it is given may read the image.");
}
