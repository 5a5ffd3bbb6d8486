using Microsoft.AspNetCore.Routing.Patterns;

namespace MultiAgentInfra.EmbeddedRuntime.Hosting;

/// <summary>Refuses at start two functions for the same requests; the router would say so only at the first of them, with an exception.</summary>
internal sealed class RouteClaims
{
    private readonly List<(string Shape, FunctionDescriptor Function)> _claims = [];

    public void Add(RoutePattern pattern, FunctionDescriptor function)
    {
        var shape = string.Join('/', pattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(ShapeOf)))).ToUpperInvariant();
        foreach (var other in _claims.Where(claim => claim.Shape == shape).Select(claim => claim.Function))
        {
            if (SharedMethod(function.HttpTrigger!.Methods ?? [], other.HttpTrigger!.Methods ?? []) is { } method)
                throw new InvalidOperationException($"The functions '{other.Name}' and '{function.Name}' both answer {method} {pattern.RawText}; change a route or a method.");
        }

        _claims.Add((shape, function));
    }

    // The name of a route value does not matter, what it accepts does.
    private static string ShapeOf(RoutePatternPart part) => part switch
    {
        RoutePatternLiteralPart literal => literal.Content,
        RoutePatternSeparatorPart separator => separator.Content,
        RoutePatternParameterPart value => $"{{{value.ParameterKind}:{string.Join(':', value.ParameterPolicies.Select(policy => policy.Content))}}}",
        _ => part.ToString()!,
    };

    // A trigger without methods takes all of them.
    private static string? SharedMethod(string[] ours, string[] theirs)
    {
        if (ours.Length == 0 || theirs.Length == 0)
            return ours.Concat(theirs).FirstOrDefault("every method of").ToUpperInvariant();
        return ours.Intersect(theirs, StringComparer.OrdinalIgnoreCase).FirstOrDefault()?.ToUpperInvariant();
    }
}
