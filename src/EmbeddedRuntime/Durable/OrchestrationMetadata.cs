using System.Collections.Immutable;

namespace MultiAgentInfra.EmbeddedRuntime;

/// <summary>The state of an instance at one moment; inputs and outputs only when they were asked for.</summary>
public sealed class OrchestrationMetadata(string name, string instanceId)
{
    private const int ShownPayload = 50;

    public string Name { get; } = name;

    public string InstanceId { get; } = instanceId;

    public DataConverter? DataConverter { get; init; }

    public OrchestrationRuntimeStatus RuntimeStatus { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset LastUpdatedAt { get; init; }

    public string? SerializedInput { get; init; }

    public string? SerializedOutput { get; init; }

    public string? SerializedCustomStatus { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = ImmutableDictionary<string, string>.Empty;

    public TaskFailureDetails? FailureDetails { get; init; }

    public bool IsRunning => RuntimeStatus == OrchestrationRuntimeStatus.Running;

    public bool IsCompleted =>
        RuntimeStatus is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;

    public T? ReadInputAs<T>() => Read<T>(SerializedInput);

    public T? ReadOutputAs<T>() => Read<T>(SerializedOutput);

    public T? ReadCustomStatusAs<T>() => Read<T>(SerializedCustomStatus);

    public override string ToString()
    {
        var text = $"[Name: '{Name}', ID: '{InstanceId}', RuntimeStatus: {RuntimeStatus}, CreatedAt: {CreatedAt:s}, LastUpdatedAt: {LastUpdatedAt:s}";
        if (SerializedInput is { } input)
            text += $", Input: '{Shorten(input)}'";
        if (SerializedOutput is { } output)
            text += $", Output: '{Shorten(output)}'";
        if (FailureDetails is { } failure)
            text += $", FailureDetails: '{failure.ErrorType} - {Shorten(failure.ErrorMessage)}'";
        return text + "]";
    }

    private static string Shorten(string payload) => payload.Length > ShownPayload ? payload[..ShownPayload] + "..." : payload;

    private T? Read<T>(string? data) =>
        DataConverter is { } converter
            ? converter.Deserialize<T>(data)
            : throw new InvalidOperationException("The metadata was fetched without inputs and outputs; ask for them with getInputsAndOutputs.");
}
