using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Trivy;

/// <summary>What is known of one image, and what the policy of this moment makes of it.</summary>
/// <param name="Scan">As it was stored, or that nothing was.</param>
public sealed record JudgedScan(ScanResult Scan, ScanVerdict Verdict, PolicyInForce Policy);

/// <summary>Judges stored scans by the policy that is in force, so that a changed policy needs no new scan.</summary>
public sealed class ScanGate(ScanStore scans, ScanPolicyFile policy, TimeProvider time)
{
    /// <summary>Stores the result of a scan and judges the image.</summary>
    public async Task<JudgedScan> RecordAsync(Digest image, ScanResult result, CancellationToken cancellationToken) =>
        Judge(await scans.RecordAsync(image, result, cancellationToken));

    /// <summary>Notes that the layer of an agent image was searched for secrets, by <see cref="SecretScanner"/>, and that none is in it.</summary>
    public Task RecordCleanLayerAsync(Digest image, CancellationToken cancellationToken) => scans.RecordAsync(
        image, ScanResult.Of(ScanReport.Of("secret-patterns", SecretScanner.Version, null, time.GetUtcNow(), [], [])), cancellationToken);

    /// <summary>Judges the image by its stored scan; one without counts as not scanned.</summary>
    public async Task<JudgedScan> JudgeAsync(Digest image, CancellationToken cancellationToken) =>
        Judge(await scans.FindAsync(image, cancellationToken) ?? ScanResult.NotScanned("No scan of this image is on record."));

    private JudgedScan Judge(ScanResult scan)
    {
        var current = policy.Current();
        return new(scan, current.Policy.Judge(scan, time.GetUtcNow()), current);
    }
}
