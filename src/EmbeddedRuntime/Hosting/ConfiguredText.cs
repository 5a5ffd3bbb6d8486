using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace MultiAgentInfra.EmbeddedRuntime.Hosting;

/// <summary>Attribute texts that name a setting as <c>%NAME%</c>.</summary>
internal static partial class ConfiguredText
{
    public static string Resolve(string text, IConfiguration configuration) => Setting().Replace(text, match =>
        configuration[match.Groups[1].Value] is { Length: > 0 } value
            ? value
            : throw new InvalidOperationException($"The setting '{match.Groups[1].Value}' in '{text}' is not configured."));

    [GeneratedRegex("%([^%]+)%")]
    private static partial Regex Setting();
}
