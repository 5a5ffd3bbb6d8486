using System.Globalization;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>Amounts as Kubernetes writes them, in thousandths: <c>500m</c>, <c>2</c>, <c>512Mi</c>.</summary>
internal static class Quantity
{
    private static readonly (string Suffix, decimal Factor)[] Units =
    [
        ("Ki", 1024m), ("Mi", 1024m * 1024), ("Gi", 1024m * 1024 * 1024), ("Ti", 1024m * 1024 * 1024 * 1024),
        ("m", 0.001m), ("k", 1000m), ("M", 1_000_000m), ("G", 1_000_000_000m), ("T", 1_000_000_000_000m),
    ];

    /// <exception cref="FormatException">It is no quantity.</exception>
    public static long Milli(string text)
    {
        var (suffix, factor) = Units.FirstOrDefault(unit => text.EndsWith(unit.Suffix, StringComparison.Ordinal));
        var number = suffix is null ? text : text[..^suffix.Length];
        return decimal.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? (long)Math.Ceiling(value * (suffix is null ? 1 : factor) * 1000)
            : throw new FormatException("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
    }

    public static long Milli(System.Text.Json.Nodes.JsonNode? node) => node.Text() is { } text ? Milli(text) : 0;

    /// <param name="binary">Memory and storage are counted in Ki, Mi, Gi.</param>
    public static string Write(long milli, bool binary)
    {
        if (milli % 1000 != 0)
            return string.Create(CultureInfo.InvariantCulture, $"{milli}m");
        var (value, unit) = (milli / 1000, "");
        foreach (var next in binary ? new[] { "Ki", "Mi", "Gi", "Ti" } : [])
        {
            if (value == 0 || value % 1024 != 0)
                break;
            (value, unit) = (value / 1024, next);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{value}{unit}");
    }
}
