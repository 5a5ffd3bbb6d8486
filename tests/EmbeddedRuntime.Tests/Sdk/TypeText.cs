using System.Reflection;
using System.Runtime.CompilerServices;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Sdk;

/// <summary>Types as C# writes them, without namespaces and with their nullability.</summary>
internal static class TypeText
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(double)] = "double",
        [typeof(string)] = "string",
        [typeof(object)] = "object",
    };

    public static string Name(Type type) => Name(type, null);

    public static string Name(FieldInfo field) => Name(field.FieldType, new NullabilityInfoContext().Create(field));

    public static string Name(PropertyInfo property) => Name(property.PropertyType, new NullabilityInfoContext().Create(property));

    public static string Name(ParameterInfo parameter) => Name(parameter.ParameterType, new NullabilityInfoContext().Create(parameter));

    public static string Parameters(MethodBase method)
    {
        var texts = method.GetParameters().Select(Parameter).ToArray();
        if (method.IsDefined(typeof(ExtensionAttribute)))
            texts[0] = $"this {texts[0]}";

        return string.Join(", ", texts);
    }

    public static string Constraints(Type argument)
    {
        var attributes = argument.GenericParameterAttributes;
        var parts = argument.GetGenericParameterConstraints().Where(type => type != typeof(ValueType)).Select(Name);
        if (attributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
            parts = parts.Prepend("class");
        if (attributes.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint))
            parts = parts.Prepend("struct");
        else if (attributes.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint))
            parts = parts.Append("new()");

        var text = string.Join(", ", parts);
        return text.Length == 0 ? "" : $" where {argument.Name} : {text}";
    }

    private static string Parameter(ParameterInfo parameter)
    {
        var modifier = parameter switch
        {
            { IsOut: true } => "out ",
            { ParameterType.IsByRef: true, IsIn: true } => "in ",
            { ParameterType.IsByRef: true } => "ref ",
            _ when parameter.IsDefined(typeof(ParamArrayAttribute)) => "params ",
            _ => "",
        };
        return $"{modifier}{Name(parameter)} {parameter.Name}{Default(parameter)}";
    }

    private static string Default(ParameterInfo parameter) => parameter switch
    {
        { HasDefaultValue: false } => "",
        { DefaultValue: bool value } => value ? " = true" : " = false",
        { DefaultValue: null, ParameterType.IsValueType: true } when Nullable.GetUnderlyingType(parameter.ParameterType) is null => " = default",
        { DefaultValue: null } => " = null",
        _ => $" = {parameter.DefaultValue}",
    };

    private static string Name(Type type, NullabilityInfo? nullability)
    {
        if (type.IsByRef)
            type = type.GetElementType()!;
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return $"{Name(underlying, nullability)}?";

        var mark = !type.IsValueType && nullability?.ReadState == NullabilityState.Nullable ? "?" : "";
        if (Keywords.TryGetValue(type, out var keyword))
            return keyword + mark;
        if (type.IsArray)
            return $"{Name(type.GetElementType()!, nullability?.ElementType)}[]{mark}";
        if (!type.IsGenericType)
            return type.Name + mark;

        var arguments = type.GetGenericArguments().Select((argument, index) => Name(argument, nullability?.GenericTypeArguments.ElementAtOrDefault(index)));
        return $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", arguments)}>{mark}";
    }
}
