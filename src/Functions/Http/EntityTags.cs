using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using MultiAgentInfra.Core.Agents;

namespace MultiAgentInfra.Functions.Http;

/// <summary>An agent's version as its <c>ETag</c> (RFC 9110, section 8.8.3), and the conditions on it.</summary>
internal static class EntityTags
{
    private const char HealthMark = '+';

    /// <summary>The version; behind it the health, which changes without a new version, so that a cached answer cannot hide it.</summary>
    public static string Of(Agent agent) => agent.Health is { } health
        ? string.Create(CultureInfo.InvariantCulture, $"\"{agent.Version}{HealthMark}{(health.Healthy ? "healthy" : "unhealthy")}\"")
        : string.Create(CultureInfo.InvariantCulture, $"\"{agent.Version}\"");

    /// <summary>Whether the caller has this version already; weak comparison, as for every If-None-Match.</summary>
    public static bool IsKnown(HttpRequest request, Agent agent) =>
        Read(request, HeaderNames.IfNoneMatch).Any(tag => tag.Tag == "*" || tag.Tag == Of(agent));

    /// <returns>The version that the caller means; null for any.</returns>
    /// <exception cref="ProblemException">No condition, or one that is no list of entity tags.</exception>
    public static long? ExpectedVersion(HttpRequest request, Agent agent)
    {
        var tags = Read(request, HeaderNames.IfMatch);
        if (tags.Count == 0)
            throw new ProblemException(Problems.PreconditionRequired());
        if (tags.Any(tag => tag.Tag == "*"))
            return null;

        // Strong comparison: a weak tag never matches, and neither does one that is no version.
        var versions = tags.Where(tag => !tag.IsWeak).Select(VersionOf).ToList();
        return versions.Contains(agent.Version) ? agent.Version : versions.FirstOrDefault(-1);
    }

    private static long VersionOf(EntityTagHeaderValue tag) =>
        long.TryParse(tag.Tag.Value!.Trim('"').Split(HealthMark)[0], NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : -1;

    private static IList<EntityTagHeaderValue> Read(HttpRequest request, string header)
    {
        var values = request.Headers[header];
        if (values.Count == 0)
            return [];
        return EntityTagHeaderValue.TryParseStrictList([.. values.Select(value => value ?? "")], out var tags)
            ? tags
            : throw new ProblemException(Problems.InvalidParameter(header, "must be * or a list of entity tags such as \"3\""));
    }
}
