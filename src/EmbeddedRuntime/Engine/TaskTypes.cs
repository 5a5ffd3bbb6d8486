using System.Reflection;

namespace MultiAgentInfra.EmbeddedRuntime.Engine;

internal static class TaskTypes
{
    public static TaskName NameOf(Type type) =>
        type.GetCustomAttribute<DurableTaskAttribute>(inherit: false)?.Name is { Name.Length: > 0 } name ? name : new TaskName(type.Name);

    public static TaskVersion VersionOf(Type type) => new(type.GetCustomAttribute<DurableTaskAttribute>(inherit: false)?.Version);

    public static void RequireConcrete<T>(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (!typeof(T).IsAssignableFrom(type) || type.IsAbstract || type.IsInterface)
            throw new ArgumentException($"{type} is not a concrete class that implements {typeof(T).Name}.", nameof(type));
    }
}
