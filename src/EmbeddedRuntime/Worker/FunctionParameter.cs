using System.Collections.ObjectModel;

namespace MultiAgentInfra.EmbeddedRuntime;

/// <summary>One parameter of a function's method.</summary>
public class FunctionParameter(string name, Type type, bool hasDefaultValue, object? defaultValue, IReadOnlyDictionary<string, object> properties)
{
    public FunctionParameter(string name, Type type)
        : this(name, type, false, null, ReadOnlyDictionary<string, object>.Empty)
    {
    }

    public FunctionParameter(string name, Type type, IReadOnlyDictionary<string, object> properties)
        : this(name, type, false, null, properties)
    {
    }

    public FunctionParameter(string name, Type type, bool hasDefaultValue, object? defaultValue)
        : this(name, type, hasDefaultValue, defaultValue, ReadOnlyDictionary<string, object>.Empty)
    {
    }

    /// <summary>The parameter's name.</summary>
    public string Name { get; } = name;

    /// <summary>The parameter's type.</summary>
    public Type Type { get; } = type;

    /// <summary>Whether the parameter is optional.</summary>
    public bool HasDefaultValue { get; } = hasDefaultValue;

    /// <summary>The value of an optional parameter that is not bound.</summary>
    public object? DefaultValue { get; } = defaultValue;

    /// <summary>Whether null can be bound.</summary>
    public bool IsReferenceOrNullableType { get; } = !type.IsValueType || Nullable.GetUnderlyingType(type) is not null;

    /// <summary>What the host knows beyond the signature.</summary>
    public IReadOnlyDictionary<string, object> Properties { get; } = properties;
}
