using System.Collections.Concurrent;

namespace MultiAgentInfra.EmbeddedRuntime.Engine;

internal static class ExceptionTypes
{
    private static readonly ConcurrentDictionary<string, Type> Found = new(StringComparer.Ordinal);

    /// <summary>Finds the type that a stored failure names; null when no loaded assembly has it.</summary>
    public static Type? Find(string fullName, Type hint)
    {
        if (string.IsNullOrEmpty(fullName))
            return null;
        if (Found.TryGetValue(fullName, out var known))
            return known;

        // The hint's assembly first: two assemblies may have a type of the same name.
        var type = Type.GetType(fullName, throwOnError: false)
            ?? hint.Assembly.GetType(fullName, throwOnError: false)
            ?? AppDomain.CurrentDomain.GetAssemblies()
                .Select(assembly => assembly.GetType(fullName, throwOnError: false))
                .FirstOrDefault(candidate => candidate is not null);
        return type is null ? null : Found.GetOrAdd(fullName, type);
    }
}
