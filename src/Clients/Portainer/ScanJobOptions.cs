using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using MultiAgentInfra.Clients.Trivy;

namespace MultiAgentInfra.Clients.Portainer;

/// <summary>Scans run as Jobs on a Kubernetes environment of Portainer's, and not with a Trivy of this machine.</summary>
public sealed class ScanJobOptions
{
    public const string Section = "ScanJob";

    /// <summary>The number of the environment.</summary>
    public int? EndpointId { get; set; }

    /// <summary>Trivy's image by digest, such as <c>mirror.example/trivy@sha256:…</c>.</summary>
    public string? Image { get; set; }

    /// <summary>The address ranges that scans may reach; the public Internet when empty.</summary>
    public IReadOnlyList<string> Ranges { get; set; } = [];

    public bool IsConfigured => EndpointId is not null || !string.IsNullOrEmpty(Image) || Ranges.Count > 0;

    /// <param name="environment">Of Trivy on this machine; from it the Job learns where databases are, and no secret.</param>
    public ScanJobSettings ToSettings(IReadOnlyDictionary<string, string> environment) => new(
        Image!, Ranges, environment.Where(variable => variable.Key is "TRIVY_DB_REPOSITORY" or "TRIVY_JAVA_DB_REPOSITORY").ToDictionary());
}

/// <summary>What no annotation can say of the options.</summary>
/// <param name="portainer">Whether a Portainer is configured.</param>
/// <param name="registry">Whether an image registry is.</param>
public sealed partial class ScanJobValidation(bool portainer, bool registry) : IValidateOptions<ScanJobOptions>
{
    public ValidateOptionsResult Validate(string? name, ScanJobOptions options)
    {
        var failures = options.IsConfigured ? Failures(options).ToList() : [];
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private IEnumerable<string> Failures(ScanJobOptions options)
    {
        if (!portainer)
            yield return "The section ScanJob needs a Portainer: give Portainer:Address.";
        if (!registry)
            yield return "The section ScanJob needs an image registry that the cluster can reach: give the section Registry.";
        if (options.EndpointId is null or < 1)
            yield return "ScanJob:EndpointId must be the number of a Kubernetes environment.";
        if (!PinnedImage().IsMatch(options.Image ?? ""))
            yield return $"ScanJob:Image '{options.Image}' must be Trivy's image by digest, such as mirror.example/trivy@sha256:…; releases were forged in 2026.";
        foreach (var range in options.Ranges.Where(range => !IPNetwork.TryParse(range, out _)))
            yield return $"ScanJob:Ranges '{range}' is no address range such as 10.0.0.0/24.";
    }

    [GeneratedRegex(@"\A[a-z0-9][a-zA-Z0-9._:/-]*@sha256:[0-9a-f]{64}\z")]
    private static partial Regex PinnedImage();
}
