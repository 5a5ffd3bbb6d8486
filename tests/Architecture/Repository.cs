using System.Reflection;

namespace MultiAgentInfra.Architecture;

/// <summary>The source tree and the assemblies that were built from it.</summary>
internal static class Repository
{
    private static readonly string[] NotOurs = [".git", ".vs", ".data", "artifacts", "bin", "obj", "node_modules", "TestResults"];

    public static string Root { get; } = FindRoot();

    /// <summary>Every assembly that ships in the embedded host, by the name of its folder in src.</summary>
    public static IReadOnlyDictionary<string, Assembly> Shipped { get; } = Directory
        .GetDirectories(Path.Combine(Root, "src"))
        .Select(Path.GetFileName)
        .ToDictionary(name => name!, name => Assembly.Load($"MultiAgentInfra.{name}"));

    /// <summary>All files of the tree as paths with forward slashes, relative to the root.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. Walk(Root).Order(StringComparer.Ordinal)];

    public static IEnumerable<string> Source(string folder) =>
        Files.Where(file => file.StartsWith($"{folder}/", StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal));

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    /// <summary>The types that people wrote, nested ones too; what compilers and generators added is left out.</summary>
    public static IEnumerable<Type> WrittenTypes(Assembly assembly) => assembly.GetTypes().Where(IsWritten);

    public static IEnumerable<Type> WrittenTypes() => Shipped.Values.SelectMany(WrittenTypes);

    private static bool IsWritten(Type type) =>
        !type.Name.Contains('<', StringComparison.Ordinal)
        && !type.CustomAttributes.Any(attribute => attribute.AttributeType.Name is "CompilerGeneratedAttribute" or "GeneratedCodeAttribute" or "EmbeddedAttribute")
        && (type.Namespace?.StartsWith("MultiAgentInfra", StringComparison.Ordinal) ?? type.Name == "Program")
        && (type.DeclaringType is null || IsWritten(type.DeclaringType));

    private static IEnumerable<string> Walk(string folder) => Directory
        .EnumerateFiles(folder)
        .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
        .Concat(Directory.EnumerateDirectories(folder).Where(inner => !NotOurs.Contains(Path.GetFileName(inner))).SelectMany(Walk));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "MultiAgentInfra.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests run outside of the source tree.");
    }
}
