using System.Reflection;
using Microsoft.AspNetCore.Http;

namespace MultiAgentInfra.EmbeddedRuntime.Hosting;

/// <summary>Finds functions and refuses at start what would fail at the first invocation.</summary>
internal static class FunctionScanner
{
    private const BindingFlags Methods = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IEnumerable<FunctionDescriptor> Scan(IEnumerable<Type> types) => types
        .Where(type => type is { IsClass: true, ContainsGenericParameters: false })
        .SelectMany(type => type.GetMethods(Methods))
        .Where(method => method.IsDefined(typeof(FunctionAttribute)))
        .Select(Describe);

    private static FunctionDescriptor Describe(MethodInfo method)
    {
        var function = new FunctionDescriptor(method);
        var problem = function switch
        {
            { Triggers.Length: not 1 } => "needs exactly one trigger parameter",
            { HttpTrigger: null, TimerTrigger: null } => "has a trigger that this host does not know",
            { HttpTrigger: not null } when function.Triggers[0].ParameterType != typeof(HttpRequest) => "must take its [HttpTrigger] as HttpRequest",
            { HttpTrigger: not null } when !typeof(IResult).IsAssignableFrom(InvocationResultType(method)) => "must return IResult or Task<IResult>",
            { HttpTrigger.AuthLevel: AuthorizationLevel.User } => "uses AuthorizationLevel.User, which no key can satisfy",
            { TimerTrigger: not null } when function.Triggers[0].ParameterType != typeof(TimerInfo) => "must take its [TimerTrigger] as TimerInfo",
            { TimerTrigger: not null } when InvocationResultType(method) != typeof(void) => "must return void or Task",
            _ => null,
        };
        return problem is null ? function : throw new InvalidOperationException($"The function '{function.Name}' ({function.EntryPoint}) {problem}.");
    }

    private static Type InvocationResultType(MethodInfo method)
    {
        var type = method.ReturnType;
        if (type == typeof(Task))
            return typeof(void);

        return type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Task<>) ? type.GetGenericArguments()[0] : type;
    }
}
