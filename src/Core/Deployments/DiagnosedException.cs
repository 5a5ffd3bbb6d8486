using System.Text.Json;

namespace MultiAgentInfra.Core.Deployments;

/// <summary>Stands as the inner exception of a failure whose cause is known. Of an activity's failure an orchestration is given no more than types and
/// messages, so its message is the diagnosis as JSON.</summary>
public sealed class DiagnosedException(Diagnosis diagnosis, Exception? innerException = null)
    : Exception(JsonSerializer.Serialize(diagnosis, JsonSerializerOptions.Web), innerException)
{
    /// <param name="type">The full name of an exception's type.</param>
    /// <returns>Null when the exception is another.</returns>
    public static Diagnosis? Read(string type, string message) =>
        type == typeof(DiagnosedException).FullName ? JsonSerializer.Deserialize<Diagnosis>(message, JsonSerializerOptions.Web) : null;
}
