namespace MultiAgentInfra.Clients.Trivy;

/// <summary>How scans run on a cluster.</summary>
/// <param name="Image">Trivy's, by digest; it must have a shell, as the official one does.</param>
/// <param name="Ranges">The address ranges that a scan may reach, the registry's and those of Trivy's database; the public Internet when empty.</param>
/// <param name="Environment">Of Trivy: where its database is. No secret may be in it.</param>
public sealed record ScanJobSettings(string Image, IReadOnlyList<string> Ranges, IReadOnlyDictionary<string, string> Environment);
