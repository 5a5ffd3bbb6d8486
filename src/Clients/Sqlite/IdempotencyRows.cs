using System.Security.Cryptography;
using Dapper;
using Microsoft.Data.Sqlite;

namespace MultiAgentInfra.Clients.Sqlite;

/// <summary>The answers to idempotent requests inside a transaction; each is kept for 24 hours.</summary>
internal static class IdempotencyRows
{
    private static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    /// <returns>The result of the request if it, or another under its key, was answered before.</returns>
    public static CreateResult? FindAnswer(this SqliteConnection db, Guid organizationId, IdempotentRequest request, DateTimeOffset now)
    {
        var row = db.QuerySingleOrDefault<Row>(
            "SELECT * FROM idempotent_requests WHERE organization_id = @organizationId AND key = @Key AND created_at >= @oldest",
            new { organizationId = organizationId.ToString(), request.Key, oldest = Oldest(now) });
        if (row is null)
            return null;
        return CryptographicOperations.FixedTimeEquals(row.Fingerprint, request.Fingerprint)
            ? new CreateResult.Replayed(new(row.Status, StoredJson.Read<Dictionary<string, string>>(row.Headers), row.Body))
            : new CreateResult.Conflict();
    }

    public static void InsertAnswer(
        this SqliteConnection db, Guid organizationId, Guid agentId, IdempotentRequest request, StoredResponse response, DateTimeOffset now) => db.Execute(
        """
        INSERT OR REPLACE INTO idempotent_requests (organization_id, key, agent_id, fingerprint, status, headers, body, created_at)
        VALUES (@organizationId, @Key, @agentId, @Fingerprint, @Status, @headers, @Body, @now)
        """,
        new
        {
            organizationId = organizationId.ToString(),
            request.Key,
            agentId = agentId.ToString(),
            request.Fingerprint,
            response.Status,
            headers = StoredJson.Write(response.Headers),
            response.Body,
            now = now.ToUnixTimeMilliseconds(),
        });

    public static int DeleteOldAnswers(this SqliteConnection db, DateTimeOffset now) =>
        db.Execute("DELETE FROM idempotent_requests WHERE created_at < @oldest", new { oldest = Oldest(now) });

    private static long Oldest(DateTimeOffset now) => (now - Kept).ToUnixTimeMilliseconds();

    private sealed record Row
    {
        public byte[] Fingerprint { get; init; } = [];
        public int Status { get; init; }
        public string Headers { get; init; } = "";
        public string Body { get; init; } = "";
    }
}
