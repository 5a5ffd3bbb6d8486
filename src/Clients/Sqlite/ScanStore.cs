using Dapper;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Sqlite;

/// <summary>What was found in each image, by its digest. Verdicts are not kept: <see cref="ScanPolicy"/> makes them from this.</summary>
public sealed class ScanStore(ControlDatabase database)
{
    /// <summary>Keeps the newest report; a scan that failed never takes the place of one that did not, or a broken scanner would open the gate.</summary>
    /// <returns>The result that counts from now on.</returns>
    public Task<ScanResult> RecordAsync(Digest image, ScanResult result, CancellationToken cancellationToken) => database.WriteAsync(
        db =>
        {
            db.Execute(
                """
                INSERT INTO scans (digest, scanner, version, database_time, scanned_at, findings, failure)
                VALUES (@digest, @Scanner, @Version, @databaseTime, @scannedAt, @findings, @Failure)
                ON CONFLICT (digest) DO UPDATE SET
                    scanner = @Scanner, version = @Version, database_time = @databaseTime, scanned_at = @scannedAt, findings = @findings, failure = @Failure
                WHERE @findings IS NOT NULL OR findings IS NULL
                """,
                new
                {
                    digest = image.Value,
                    result.Report?.Scanner,
                    result.Report?.Version,
                    databaseTime = result.Report?.DatabaseTime?.ToUnixTimeMilliseconds(),
                    scannedAt = (result.Report?.ScannedAt ?? database.Now).ToUnixTimeMilliseconds(),
                    findings = result.Report is { } report ? StoredJson.Write(new Findings(report.Vulnerabilities, report.Secrets)) : null,
                    result.Failure,
                });
            return Find(db, image)!;
        },
        cancellationToken);

    /// <returns>Null for an image that was never scanned.</returns>
    public Task<ScanResult?> FindAsync(Digest image, CancellationToken cancellationToken) => database.ReadAsync(db => Find(db, image), cancellationToken);

    private static ScanResult? Find(Microsoft.Data.Sqlite.SqliteConnection db, Digest image) =>
        db.QuerySingleOrDefault<Row>("SELECT * FROM scans WHERE digest = @digest", new { digest = image.Value })?.ToResult();

    private sealed record Findings(IReadOnlyList<Vulnerability> Vulnerabilities, IReadOnlyList<LeakedSecret> Secrets);

    private sealed record Row
    {
        public string? Scanner { get; init; }
        public string? Version { get; init; }
        public long? DatabaseTime { get; init; }
        public long ScannedAt { get; init; }
        public string? Findings { get; init; }
        public string? Failure { get; init; }

        public ScanResult ToResult()
        {
            if (StoredJson.Read<Findings>(Findings) is not { } findings)
                return ScanResult.NotScanned(Failure!);
            return ScanResult.Of(new(
                Scanner!,
                Version!,
                DatabaseTime is { } time ? DateTimeOffset.FromUnixTimeMilliseconds(time) : null,
                DateTimeOffset.FromUnixTimeMilliseconds(ScannedAt),
                findings.Vulnerabilities,
                findings.Secrets));
        }
    }
}
