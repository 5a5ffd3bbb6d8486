using System.Globalization;
using System.Text.Json;

namespace MultiAgentInfra.Core.Images;

/// <summary>Reads <c>scan-policy.json</c>: <c>severities</c> and <c>onlyFixable</c> are required, <c>unscanned</c> and <c>exceptions</c> are not.</summary>
public static class ScanPolicyReader
{
    /// <summary>The policy that this release ships with; it leaves open what becomes of an image that nothing has scanned.</summary>
    public static byte[] Default()
    {
        using var stream = typeof(ScanPolicyReader).Assembly.GetManifestResourceStream("scan-policy.json")
            ?? throw new InvalidOperationException("The resource scan-policy.json is missing from this build.");
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }

    /// <summary>Reads a policy and finds all that is wrong with it.</summary>
    /// <param name="requiresScan">What counts when the policy does not say what becomes of an image that nothing has scanned.</param>
    /// <param name="policy">Null exactly when there are errors.</param>
    public static IReadOnlyList<FieldError> TryRead(ReadOnlyMemory<byte> json, bool requiresScan, out ScanPolicy? policy)
    {
        var errors = new List<FieldError>();
        policy = null;
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            var read = Read(document.RootElement, requiresScan, Digest.Of(json.Span), errors);
            policy = errors.Count == 0 ? read : null;
        }
        catch (JsonException exception)
        {
            errors.Add(new("", $"is not valid JSON: {exception.Message}"));
        }

        return errors;
    }

    private static ScanPolicy Read(JsonElement json, bool requiresScan, Digest digest, List<FieldError> errors)
    {
        var root = new ObjectReader(json, "", errors);
        var policy = new ScanPolicy(
            Severities(root.Required("severities"), errors),
            root.RequiredFlag("onlyFixable"),
            RequiresScan(root) ?? requiresScan,
            [.. root.Objects("exceptions").Select(Exemption).OfType<ScanExemption>()],
            digest);
        root.End();
        return policy;
    }

    private static HashSet<ScanSeverity> Severities(JsonElement? json, List<FieldError> errors)
    {
        var severities = new HashSet<ScanSeverity>();
        if (json is not { ValueKind: JsonValueKind.Array } list)
        {
            if (json is not null)
                errors.Add(new("severities", "must be an array"));
            return severities;
        }

        foreach (var (item, index) in list.EnumerateArray().Select((item, index) => (item, index)))
        {
            if (item.ValueKind == JsonValueKind.String && SeverityOf(item.GetString()) is { } severity)
                severities.Add(severity);
            else
                errors.Add(new($"severities.{index}", "must be CRITICAL, HIGH, MEDIUM, LOW or UNKNOWN"));
        }

        return severities;
    }

    // Enum.Parse would also take numbers and lists.
    private static ScanSeverity? SeverityOf(string? text) =>
        Enum.GetValues<ScanSeverity>().Cast<ScanSeverity?>().FirstOrDefault(s => string.Equals(s.ToString(), text, StringComparison.OrdinalIgnoreCase));

    private static bool? RequiresScan(ObjectReader root)
    {
        switch (root.OptionalText("unscanned"))
        {
            case "fail":
                return true;
            case "warn":
                return false;
            case not null:
                root.Reject("unscanned", "must be warn or fail");
                return null;
            default:
                return null;
        }
    }

    private static ScanExemption? Exemption(ObjectReader json)
    {
        var (id, package, owner, reason) = (Text("id"), json.OptionalText("package"), Text("owner"), Text("reason"));
        var expires = json.RequiredText("expires");
        json.End();
        if (!DateOnly.TryParseExact(expires, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            if (expires is not null)
                json.Reject("expires", "must be a date such as 2026-12-31");
            return null;
        }

        return id is null || owner is null || reason is null ? null : new(id, package, owner, reason, day);

        string? Text(string name)
        {
            var text = json.RequiredText(name);
            if (text is not null && string.IsNullOrWhiteSpace(text))
                json.Reject(name, "must not be empty");
            return text;
        }
    }
}
