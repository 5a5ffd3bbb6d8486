using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace MultiAgentInfra.Architecture;

/// <summary>What a type may be called, and what it must be.</summary>
public sealed partial class TypeRules
{
    internal const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    // The types of this namespace are copies of the SDK's, with its names and its openness.
    private const string Mirror = "MultiAgentInfra.EmbeddedRuntime";

    [Fact]
    public void Types_have_names_that_say_something() =>
        Problems.None(Repository.WrittenTypes().Where(type => type.Namespace != Mirror).Select(type => type.Name.Split('`')[0]).Where(IsVague));

    [Fact]
    public void Files_have_names_that_say_something() =>
        Problems.None(Repository.Source("src").Concat(Repository.Source("tests"))
            .Where(file => !file.StartsWith("src/EmbeddedRuntime/Durable/", StringComparison.Ordinal) && IsVague(Path.GetFileNameWithoutExtension(file))));

    [Theory]
    [InlineData("AgentManager", true)]
    [InlineData("StringHelpers", true)]
    [InlineData("StoreBase", true)]
    [InlineData("TargetImpl", true)]
    [InlineData("Database", false)]
    [InlineData("AgentStore", false)]
    public void A_name_without_meaning_is_found(string name, bool vague) => Assert.Equal(vague, IsVague(name));

    [Fact]
    public void Classes_are_sealed_unless_something_derives_from_them() => Problems.None(OpenClasses([.. Repository.WrittenTypes()]));

    [Fact]
    public void An_open_class_is_found_and_a_parent_is_none() =>
        Assert.Equal([nameof(Open)], OpenClasses([typeof(Open), typeof(Parent), typeof(Child), typeof(TypeRules)]));

    [Fact]
    public void An_interface_has_two_implementations() => Problems.None(LonelyInterfaces([.. Repository.Shipped
        .Where(entry => entry.Key is "Core" or "Clients" or "Functions" or "Activities")
        .SelectMany(entry => Repository.WrittenTypes(entry.Value))]));

    [Fact]
    public void A_lonely_interface_is_found() =>
        Assert.Equal([nameof(ILonely)], LonelyInterfaces([typeof(ILonely), typeof(Child), typeof(IShared), typeof(Open), typeof(Parent)]));

    [Fact]
    public void Public_types_of_the_libraries_have_a_summary() =>
        Problems.None(new[] { "Core", "Clients", "EmbeddedRuntime" }.SelectMany(name => Undocumented(
            Repository.WrittenTypes(Repository.Shipped[name]).Where(IsDocumented),
            XDocument.Load(Path.ChangeExtension(Repository.Shipped[name].Location, ".xml")))));

    [Fact]
    public void A_type_without_a_summary_is_found()
    {
        var documentation = XDocument.Parse("""
            <doc><members>
              <member name="T:MultiAgentInfra.Architecture.TypeRules"><summary>Some.</summary></member>
              <member name="T:MultiAgentInfra.Architecture.SizeRules"><summary> </summary></member>
            </members></doc>
            """);

        Assert.Equal([$"{typeof(SizeRules)} has no summary"], Undocumented([typeof(TypeRules), typeof(SizeRules)], documentation));
    }

    private static bool IsVague(string name) => VagueName().IsMatch(name);

    private static IEnumerable<string> OpenClasses(IReadOnlyCollection<Type> types)
    {
        var parents = types
            .Select(type => type.BaseType)
            .OfType<Type>()
            .Select(parent => parent.IsGenericType ? parent.GetGenericTypeDefinition() : parent)
            .ToHashSet();
        return types
            .Where(type => type is { IsClass: true, IsSealed: false, IsAbstract: false, Name: not "Program" })
            .Where(type => !parents.Contains(type) && !(type.Namespace == Mirror && type.IsVisible))
            .Select(type => type.Name);
    }

    // A marker that tells the types of data apart is implemented by that data, and counts like any other.
    private static IEnumerable<string> LonelyInterfaces(IReadOnlyCollection<Type> types) => types
        .Where(type => type.IsInterface)
        .Where(port => Repository.WrittenTypes().Concat(types).Distinct().Count(type => type is { IsInterface: false, IsAbstract: false } && Implements(type, port)) < 2)
        .Select(type => type.Name);

    private static bool Implements(Type type, Type port) =>
        type.GetInterfaces().Any(found => (found.IsGenericType ? found.GetGenericTypeDefinition() : found) == port);

    private static bool IsDocumented(Type type) =>
        type.IsVisible
        && type.Namespace?.StartsWith($"{Mirror}.Engine", StringComparison.Ordinal) != true
        && type.Namespace?.StartsWith($"{Mirror}.Hosting", StringComparison.Ordinal) != true;

    private static IEnumerable<string> Undocumented(IEnumerable<Type> types, XDocument documentation)
    {
        var documented = documentation
            .Descendants("member")
            .Where(member => !string.IsNullOrWhiteSpace(member.Element("summary")?.Value) || member.Element("inheritdoc") is not null)
            .Select(member => member.Attribute("name")?.Value)
            .ToHashSet();
        return types
            .Where(type => !documented.Contains($"T:{type.FullName?.Replace('+', '.')}"))
            .Select(type => $"{type} has no summary");
    }

    [GeneratedRegex("(Common|Helpers?|Utils?|Manager|Service|Base|Impl)\\z")]
    private static partial Regex VagueName();

    public interface ILonely;

    public interface IShared;

    public class Open : IShared;

    public class Parent : IShared;

    private sealed class Child : Parent, ILonely;
}
