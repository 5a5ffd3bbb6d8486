using System.Text.RegularExpressions;

namespace MultiAgentInfra.Clients.Artifacts;

/// <summary>The names that every artifact store takes: 1 to 200 letters, digits, dots and hyphens, a letter or digit first. None of them can leave
/// a folder, and each is its own form in a URL.</summary>
internal static partial class ArtifactName
{
    /// <returns>The name itself.</returns>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static string Require(string name) =>
        Pattern().IsMatch(name) ? name : throw new ArgumentException($"'{name}' is no name of an artifact.", nameof(name));

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9.-]{0,199}\z")]
    private static partial Regex Pattern();
}
