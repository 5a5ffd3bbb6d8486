using System.Text;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Trivy;

/// <summary>A scan as a document that is kept with its operation: which image, what was found, and the verdict of that moment.</summary>
public static class ScanDocument
{
    public const string Name = "scan.json";
    public const string MediaType = "application/json";

    /// <summary>UTF-8 JSON.</summary>
    public static byte[] Write(Digest image, JudgedScan scan) =>
        Encoding.UTF8.GetBytes(StoredJson.Write(new Content(image, scan.Verdict, scan.Scan.Report, scan.Scan.Failure)));

    private sealed record Content(Digest Image, ScanVerdict Verdict, ScanReport? Report, string? Failure);
}
