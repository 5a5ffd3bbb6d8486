using System.Text.RegularExpressions;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Sdk;

/// <summary>The SDK's public surface, one line a member, without namespaces: the mirror has one namespace and the SDK has many.</summary>
internal sealed partial class SdkListing
{
    private readonly Dictionary<string, HashSet<string>> _members = [];

    private SdkListing(IEnumerable<string> lines)
    {
        foreach (var line in lines.Select(Normalize))
        {
            if (TypeLine().Match(line) is { Success: true } type)
                Members(type.Groups["name"].Value).Add($"{type.Groups["name"].Value}  ::  {Shape(type.Groups["shape"].Value)}");
            else
                Members(Owner(line)).Add(line);
        }
    }

    /// <summary>Reads the copies that are embedded beside this class.</summary>
    public static SdkListing Load()
    {
        var assembly = typeof(SdkListing).Assembly;
        var names = assembly.GetManifestResourceNames().Where(name => name.EndsWith(".txt", StringComparison.Ordinal));
        return new SdkListing(names.SelectMany(name =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }));
    }

    /// <summary>The lines of a type, its own among them; null when the SDK has no such type.</summary>
    public IReadOnlySet<string>? Find(string type) => _members.GetValueOrDefault(type);

    /// <summary>The text without what cannot be seen by a caller or cannot be read by reflection.</summary>
    public static string Normalize(string line)
    {
        var text = Obsolete().Replace(line, "");
        text = Namespaces().Replace(text, "");
        // Whether an unconstrained T is nullable, and the nullability of an out parameter, are not in the metadata.
        text = GenericNullability().Replace(text, "$1");
        return OutParameterType().Replace(text, match => match.Value.Replace("?", "", StringComparison.Ordinal));
    }

    /// <summary>A type's kind, base type and interfaces, the latter sorted.</summary>
    public static string Shape(string shape)
    {
        var parts = shape.Split(" : ", 2);
        return parts.Length == 1 ? shape : $"{parts[0]} : {string.Join(", ", TopLevelComma().Split(parts[1]).Order(StringComparer.Ordinal))}";
    }

    private HashSet<string> Members(string type)
    {
        if (!_members.TryGetValue(type, out var members))
            _members[type] = members = [];

        return members;
    }

    private static string Owner(string line) => OwnerName().Match(line).Groups[1].Value;

    [GeneratedRegex(@"   \[Obsolete: .*\]$")]
    private static partial Regex Obsolete();

    [GeneratedRegex(@"\b(?:System|Microsoft|DurableTask)\.(?:(?:Azure|Functions|Worker|Middleware|Extensions|Abstractions|Hosting|DependencyInjection|Logging|DurableTask|Client|Converters|Entities|Internal|Core|History|AspNetCore|Http|Collections|Immutable|IO|Text|Json|Generic|Net|Configuration)\.)*")]
    private static partial Regex Namespaces();

    [GeneratedRegex(@"\b(T(?:[A-Z]\w*)?)\?")]
    private static partial Regex GenericNullability();

    [GeneratedRegex(@"\bout .+?(?= \w+[,)])")]
    private static partial Regex OutParameterType();

    [GeneratedRegex(@"^(?<name>[^:]+?)  ::  (?<shape>(?:(?:abstract|sealed|static) )?(?:class|struct|enum|interface)\b.*?|delegate .*?)   \[[^\]]+\]$")]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"^(\w+(?:<[^>]*>)?)\.")]
    private static partial Regex OwnerName();

    [GeneratedRegex(@", (?![^<]*>)")]
    private static partial Regex TopLevelComma();
}
