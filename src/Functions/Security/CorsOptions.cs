using Microsoft.Extensions.Options;

namespace MultiAgentInfra.Functions.Security;

/// <summary>Which web origins may call the API from a browser; the host answers them, on Azure the platform does.</summary>
public sealed class CorsOptions
{
    public const string Section = "Cors";

    public IReadOnlyList<string> AllowedOrigins { get; set; } = [];
}

/// <summary>An origin that could never match is an error, and not an open or a closed door by accident.</summary>
internal sealed class CorsValidation : IValidateOptions<CorsOptions>
{
    public ValidateOptionsResult Validate(string? name, CorsOptions options)
    {
        var failures = options.AllowedOrigins
            .Select((origin, index) => (origin, index))
            .Where(item => !IsOrigin(item.origin))
            .Select(item => $"Cors:AllowedOrigins:{item.index} '{item.origin}' is no origin such as https://app.example.com.")
            .ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme is "http" or "https") && uri.GetLeftPart(UriPartial.Authority).Equals(text, StringComparison.OrdinalIgnoreCase);
}
