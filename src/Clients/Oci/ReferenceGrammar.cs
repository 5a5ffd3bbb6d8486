using System.Text.RegularExpressions;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>Names and tags as every registry accepts them
/// (https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests).</summary>
public static partial class ReferenceGrammar
{
    // Docker counts the registry's own name in, so this leaves room for one.
    private const int LongestRepository = 200;

    public static bool IsRepository(string name) => name.Length <= LongestRepository && Repository().IsMatch(name);

    public static bool IsTag(string tag) => Tag().IsMatch(tag);

    /// <exception cref="FormatException">The name is none of a repository.</exception>
    public static void RequireRepository(string name)
    {
        if (!IsRepository(name))
            throw new FormatException($"'{name}' cannot be the name of a repository.");
    }

    /// <exception cref="FormatException">The text is no tag.</exception>
    public static void RequireTag(string tag)
    {
        if (!IsTag(tag))
            throw new FormatException($"'{tag}' cannot be the tag of an image.");
    }

    [GeneratedRegex(@"\A[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*\z", RegexOptions.NonBacktracking)]
    private static partial Regex Repository();

    [GeneratedRegex(@"\A[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Tag();
}
