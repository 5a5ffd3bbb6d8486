using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Trivy;

/// <summary>Scans images with Trivy (https://trivy.dev), here or on a cluster.</summary>
public interface IImageScanner
{
    /// <summary>Scans one image. What keeps it from being scanned is in the result, as a sentence for people; another call may do better.</summary>
    Task<ScanResult> ScanAsync(TrivySource source, CancellationToken cancellationToken);
}
