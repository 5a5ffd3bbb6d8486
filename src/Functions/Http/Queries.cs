using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace MultiAgentInfra.Functions.Http;

/// <summary>The query parameters of a request.</summary>
internal static class Queries
{
    /// <exception cref="ProblemException">Given twice, no number, or out of range.</exception>
    public static long Whole(this HttpRequest request, string name, long lowest, long highest, long otherwise)
    {
        if (request.Text(name) is not { } text)
            return otherwise;

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= lowest && number <= highest
            ? number
            : throw new ProblemException(Problems.InvalidParameter(name, $"must be a whole number from {lowest} to {highest}"));
    }

    /// <exception cref="ProblemException">Given twice, or neither true nor false.</exception>
    public static bool Flag(this HttpRequest request, string name) => request.Text(name) switch
    {
        null or "false" => false,
        "true" => true,
        _ => throw new ProblemException(Problems.InvalidParameter(name, "must be true or false")),
    };

    /// <exception cref="ProblemException">Given twice.</exception>
    public static string? Text(this HttpRequest request, string name)
    {
        var values = request.Query[name];
        return values.Count > 1 ? throw new ProblemException(Problems.InvalidParameter(name, "must be given once")) : values.ToString() is { Length: > 0 } text ? text : null;
    }
}
