using System.Reflection;
using System.Runtime.CompilerServices;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Sdk;

/// <summary>Prints reflected types and members in the lines of the SDK's listing.</summary>
internal static class SurfaceFormatter
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>The type's own line and those of its public and protected members.</summary>
    public static IEnumerable<string> Lines(Type type)
    {
        var name = TypeText.Name(type);
        return new[] { $"{name}  ::  {SdkListing.Shape(Shape(type))}" }
            .Concat(MemberLines(type).Select(line => $"{name}.{line}"))
            .Select(SdkListing.Normalize);
    }

    private static IEnumerable<string> MemberLines(Type type)
    {
        if (type.IsEnum)
            return Enum.GetNames(type).Select(name => $"{name} = {Convert.ToInt64(Enum.Parse(type, name), null)}");
        if (type.IsSubclassOf(typeof(Delegate)))
            return [];

        return type.GetConstructors(Declared).Where(constructor => !constructor.IsStatic && IsVisible(constructor)).Select(Constructor)
            .Concat(type.GetFields(Declared).Where(field => field.IsPublic || field.IsFamily).Select(Field))
            .Concat(type.GetProperties(Declared).Where(property => property.GetAccessors(nonPublic: true).Any(IsVisible)).Select(Property))
            .Concat(type.GetMethods(Declared).Where(IsListed).Select(Method));
    }

    private static string Shape(Type type)
    {
        if (type.IsSubclassOf(typeof(Delegate)))
        {
            var invoke = type.GetMethod("Invoke")!;
            return $"delegate {TypeText.Name(invoke.ReturnParameter)} ({TypeText.Parameters(invoke)})";
        }

        var kind = type switch
        {
            { IsEnum: true } => "enum",
            { IsInterface: true } => "interface",
            { IsValueType: true } => "struct",
            { IsAbstract: true, IsSealed: true } => "static class",
            { IsAbstract: true } => "abstract class",
            { IsSealed: true } => "sealed class",
            _ => "class",
        };
        if (type.IsEnum)
            return kind;

        var inherited = type.BaseType?.GetInterfaces() ?? [];
        var bases = type.GetInterfaces().Except(inherited).Select(TypeText.Name);
        if (type.BaseType is { } baseType && baseType != typeof(object) && baseType != typeof(ValueType))
            bases = bases.Prepend(TypeText.Name(baseType));

        var text = string.Join(", ", bases);
        return text.Length == 0 ? kind : $"{kind} : {text}";
    }

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsListed(MethodInfo method) =>
        IsVisible(method) && !method.Name.StartsWith('<') && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal));

    private static string Constructor(ConstructorInfo constructor) => $"ctor({TypeText.Parameters(constructor)})  ::  {Access(constructor)}";

    private static string Field(FieldInfo field)
    {
        var access = field.IsPublic ? "public" : "protected";
        var type = TypeText.Name(field);
        if (field.IsLiteral)
            return $"{field.Name}  ::  {access} const {type} = {field.GetRawConstantValue()}";

        return $"{field.Name}  ::  {access} {(field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{type}";
    }

    private static string Property(PropertyInfo property)
    {
        var accessor = property.GetMethod is { } get && IsVisible(get) ? get : property.SetMethod!;
        var accessors = property.GetMethod is null || !IsVisible(property.GetMethod) ? "" : "get; ";
        if (property.SetMethod is { } set && IsVisible(set))
        {
            var isInit = set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));
            accessors += $"{(set.IsPublic ? "" : "protected ")}{(isInit ? "init" : "set")}; ";
        }

        return $"{property.Name}  ::  {Access(accessor)}{Modifiers(accessor)} {TypeText.Name(property)} {{ {accessors}}}";
    }

    private static string Method(MethodInfo method)
    {
        var arguments = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(argument => argument.Name))}>" : "";
        var constraints = string.Concat(method.GetGenericArguments().Select(TypeText.Constraints));
        return $"{method.Name}{arguments}({TypeText.Parameters(method)})  ::  {Access(method)}{Modifiers(method)} {TypeText.Name(method.ReturnParameter)}{constraints}";
    }

    private static string Access(MethodBase method) => method.IsPublic ? "public" : "protected";

    private static string Modifiers(MethodInfo method)
    {
        if (method.IsStatic)
            return " static";
        if (method.DeclaringType!.IsInterface || !method.IsVirtual)
            return "";
        if (method.GetBaseDefinition() != method)
            return method.IsFinal ? " sealed override" : method.IsAbstract ? " abstract override" : " override";

        return method.IsAbstract ? " abstract" : method.IsFinal ? "" : " virtual";
    }
}
