namespace MultiAgentInfra.EmbeddedRuntime.Engine;

internal static class TaskInput
{
    // Null stands for "no input" even where the task declares a value type, as in the SDK.
    public static T As<T>(object? input) => input switch
    {
        T typed => typed,
        null => default!,
        _ => throw new ArgumentException($"Input of type '{input.GetType()}' does not match the expected type '{typeof(T)}'."),
    };
}
