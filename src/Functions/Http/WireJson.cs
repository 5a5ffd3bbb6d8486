using System.Text.Json.Serialization;

namespace MultiAgentInfra.Functions.Http;

/// <summary>How the API's bodies are written: camel case, and a null only where the field says something by being there.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AcceptedBody))]
[JsonSerializable(typeof(AgentBody))]
[JsonSerializable(typeof(AgentPageBody))]
[JsonSerializable(typeof(ClusterDrainBody))]
[JsonSerializable(typeof(ClusterHealthBody))]
[JsonSerializable(typeof(ClusterListBody))]
[JsonSerializable(typeof(DryRunBody))]
[JsonSerializable(typeof(HealthBody))]
[JsonSerializable(typeof(ImageScanBody))]
[JsonSerializable(typeof(ImagePageBody))]
[JsonSerializable(typeof(LogBody))]
[JsonSerializable(typeof(OperationBody))]
[JsonSerializable(typeof(OperationLogBody))]
[JsonSerializable(typeof(ProblemBody))]
internal sealed partial class WireJson : JsonSerializerContext;
