using Microsoft.Extensions.Options;

namespace MultiAgentInfra.Clients.Trivy;

/// <summary>What closes the gate, as data.</summary>
public sealed record ScanOptions
{
    public const string Section = "Scan";

    /// <summary>A file in the place of the policy that this release ships with; it is read again whenever a verdict is made.</summary>
    public string? PolicyFile { get; init; }
}

/// <summary>Finds everything that is wrong with the policy file, before anything starts.</summary>
public sealed class ScanValidation : IValidateOptions<ScanOptions>
{
    public ValidateOptionsResult Validate(string? name, ScanOptions options)
    {
        if (string.IsNullOrEmpty(options.PolicyFile))
            return ValidateOptionsResult.Success;
        var errors = ScanPolicyFile.TryRead(options.PolicyFile, requiresScan: true, out _);
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors.Select(error => $"Scan:PolicyFile {error}"));
    }
}
