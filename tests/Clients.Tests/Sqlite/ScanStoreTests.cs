using Dapper;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Images;
using static MultiAgentInfra.Clients.Tests.Sqlite.TestStore;

namespace MultiAgentInfra.Clients.Tests.Sqlite;

public sealed class ScanStoreTests : IDisposable
{
    private static readonly Digest Image = Digest.Of("image"u8);
    private static readonly DateTimeOffset Time = new(2030, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    private static readonly ScanResult Scanned = ScanResult.Of(ScanReport.Of(
        "trivy", "0.74.0", Time.AddHours(-3), Time,
        [new("CVE-1", "left-pad", "1.0", "1.1", ScanSeverity.High, "Overflow", "https://example.com/CVE-1"), new("CVE-2", "left-pad", "1.0", null, ScanSeverity.Critical, null, null)],
        [new("private-key", ScanSeverity.High, "/app/key.pem", 1, 27)]));

    private readonly TestStore _store = new();
    private readonly ScanStore _scans;

    public ScanStoreTests() => _scans = new(_store.Database);

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task A_report_is_read_as_it_was_stored()
    {
        Assert.Null(await _scans.FindAsync(Image, Token));

        await _scans.RecordAsync(Image, Scanned, Token);

        Assert.Equivalent(Scanned, await _scans.FindAsync(Image, Token), strict: true);
        Assert.Null(await _scans.FindAsync(Digest.Of("other"u8), Token));
    }

    [Fact]
    public async Task The_newest_report_counts_and_a_scan_that_failed_replaces_none()
    {
        Assert.Equal("No trivy.", (await _scans.RecordAsync(Image, ScanResult.NotScanned("No trivy."), Token)).Failure);
        Assert.Equal("Too slow.", (await _scans.RecordAsync(Image, ScanResult.NotScanned("Too slow."), Token)).Failure);
        await _scans.RecordAsync(Image, Scanned, Token);
        var newer = ScanResult.Of(Scanned.Report! with { Version = "0.75.0", Secrets = [] });
        await _scans.RecordAsync(Image, newer, Token);

        Assert.Equivalent(newer, await _scans.RecordAsync(Image, ScanResult.NotScanned("No trivy."), Token), strict: true);
        Assert.Equivalent(newer, await _scans.FindAsync(Image, Token), strict: true);
    }

    [Fact]
    public async Task A_scan_goes_with_the_last_place_of_its_image()
    {
        await _scans.RecordAsync(Image, Scanned, Token);
        foreach (var repository in (string[])["quarantine/runtime", "runtime"])
        {
            await _store.Database.WriteAsync(
                db => db.Execute(
                    "INSERT INTO images (repository, digest, kind, size, created_at, used_at) VALUES (@repository, @digest, 'Runtime', 1, 1, 1)",
                    new { repository, digest = Image.Value }),
                Token);
        }

        await DeleteAsync("quarantine/runtime");
        Assert.NotNull(await _scans.FindAsync(Image, Token));
        await DeleteAsync("runtime");
        Assert.Null(await _scans.FindAsync(Image, Token));

        Task DeleteAsync(string repository) => _store.Database.WriteAsync(db => db.Execute("DELETE FROM images WHERE repository = @repository", new { repository }), Token);
    }
}
