using System.ComponentModel.DataAnnotations;

namespace MultiAgentInfra.Functions.Security;

/// <summary>Which web origins may call the API from a browser; the host answers them, on Azure the platform does.</summary>
public sealed class CorsOptions : IValidatableObject
{
    public const string Section = "Cors";

    public IReadOnlyList<string> AllowedOrigins { get; set; } = [];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => AllowedOrigins
        .Select((origin, index) => (origin, index))
        .Where(item => !IsOrigin(item.origin))
        .Select(item => new ValidationResult($"Cors:AllowedOrigins:{item.index} '{item.origin}' is no origin such as https://app.example.com."));

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.GetLeftPart(UriPartial.Authority).Equals(text, StringComparison.OrdinalIgnoreCase);
}
