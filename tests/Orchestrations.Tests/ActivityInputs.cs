using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Orchestrations.Tests;

/// <summary>Every activity input of Core, by reflection, so that a new one cannot be forgotten.</summary>
internal static class ActivityInputs
{
    public static IEnumerable<Type> All { get; } =
        [.. typeof(IActivityInput<>).Assembly.GetTypes().Where(type => type is { IsInterface: false } && Contract(type) is not null)];

    public static IEnumerable<Type> Where(Func<Type, bool> predicate) => All.Where(predicate);

    public static Type OutputOf(Type input) => Contract(input)!.GetGenericArguments()[0];

    private static Type? Contract(Type type) => type.GetInterfaces()
        .FirstOrDefault(contract => contract.IsGenericType && contract.GetGenericTypeDefinition() == typeof(IActivityInput<>));
}
