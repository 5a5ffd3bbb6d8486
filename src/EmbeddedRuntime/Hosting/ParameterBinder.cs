using System.ComponentModel;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace MultiAgentInfra.EmbeddedRuntime.Hosting;

/// <summary>Finds the value of one parameter, by its attribute, its type, or its name in the trigger's data.</summary>
internal static class ParameterBinder
{
    public static object? Bind(ParameterInfo parameter, InvocationContext context)
    {
        if (parameter.IsDefined(typeof(TriggerBindingAttribute), inherit: true))
            return context.Trigger;
        if (parameter.IsDefined(typeof(DurableClientAttribute)))
            return context.InstanceServices.GetRequiredService(parameter.ParameterType);
        if (parameter.ParameterType == typeof(FunctionContext))
            return context;
        if (parameter.ParameterType == typeof(CancellationToken))
            return context.CancellationToken;
        if (context.BindingContext.BindingData.TryGetValue(parameter.Name!, out var value) && value is not null)
            return Converter(parameter).ConvertFromInvariantString((string)value);

        return parameter.HasDefaultValue ? parameter.DefaultValue : null;
    }

    /// <summary>Refuses a function with a parameter that nothing binds when its route has these names.</summary>
    public static void Require(FunctionDescriptor function, IReadOnlySet<string> routeNames)
    {
        var unbound = function.Method.GetParameters().FirstOrDefault(parameter => !CanBind(parameter, routeNames));
        if (unbound is not null)
        {
            throw new InvalidOperationException(
                $"The function '{function.Name}' ({function.EntryPoint}) has a parameter '{unbound.Name}' that nothing binds: " +
                "a route value, FunctionContext, CancellationToken and [DurableClient] are bound, and HttpRequest has the HttpContext.");
        }
    }

    /// <summary>Whether the route values have the types of the parameters they are bound to.</summary>
    public static bool Fit(IReadOnlyDictionary<string, object?> routeValues, FunctionDescriptor function) => function.Method.GetParameters().All(parameter =>
        parameter.IsDefined(typeof(BindingAttribute), inherit: true)
        || !routeValues.TryGetValue(parameter.Name!, out var value)
        || value is null
        || Converts(parameter, (string)value));

    private static bool CanBind(ParameterInfo parameter, IReadOnlySet<string> routeNames) =>
        parameter.IsDefined(typeof(BindingAttribute), inherit: true)
        || parameter.ParameterType == typeof(FunctionContext)
        || parameter.ParameterType == typeof(CancellationToken)
        || routeNames.Contains(parameter.Name!) && Converter(parameter).CanConvertFrom(typeof(string));

    private static bool Converts(ParameterInfo parameter, string text)
    {
        try
        {
            Converter(parameter).ConvertFromInvariantString(text);
            return true;
        }
        // Some of the framework's converters wrap what they catch in ArgumentException, and some let FormatException through.
        catch (Exception exception) when (exception is ArgumentException or FormatException or NotSupportedException)
        {
            return false;
        }
    }

    private static TypeConverter Converter(ParameterInfo parameter) =>
        TypeDescriptor.GetConverter(Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType);
}
