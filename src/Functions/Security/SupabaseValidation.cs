using System.Text;
using Microsoft.Extensions.Options;

namespace MultiAgentInfra.Functions.Security;

/// <summary>What no annotation can say of the options: one source for the secret, and a file that nobody else can read.</summary>
internal sealed class SupabaseValidation : IValidateOptions<SupabaseOptions>
{
    public ValidateOptionsResult Validate(string? name, SupabaseOptions options)
    {
        var failures = Failures(options).ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> Failures(SupabaseOptions options)
    {
        if (!string.IsNullOrEmpty(options.JwtSecret) && !string.IsNullOrEmpty(options.JwtSecretFile))
            yield return "Supabase:JwtSecret and Supabase:JwtSecretFile are both given; give one of them.";
        if (!string.IsNullOrEmpty(options.JwtSecret) && Encoding.UTF8.GetByteCount(options.JwtSecret) < SupabaseOptions.ShortestSecret)
            yield return $"Supabase:JwtSecret (environment variable Supabase__JwtSecret) must have at least {SupabaseOptions.ShortestSecret} bytes.";
        if (!string.IsNullOrEmpty(options.JwtSecretFile) && FileProblem(options.JwtSecretFile) is { } problem)
            yield return $"Supabase:JwtSecretFile '{options.JwtSecretFile}' {problem}.";
        if (!string.IsNullOrEmpty(options.Issuer) && !Uri.TryCreate(options.Issuer, UriKind.Absolute, out _))
            yield return $"Supabase:Issuer '{options.Issuer}' is no absolute URL such as https://PROJECT.supabase.co/auth/v1.";
    }

    private static string? FileProblem(string path)
    {
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        if (!File.Exists(path))
            return "does not exist";
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & others) != 0)
            return "can be read by others; set its mode to 600";
        return Encoding.UTF8.GetByteCount(File.ReadAllText(path).Trim()) < SupabaseOptions.ShortestSecret
            ? $"must hold at least {SupabaseOptions.ShortestSecret} bytes"
            : null;
    }
}
