namespace MultiAgentInfra.Benchmarks;

/// <summary>One promise of a row, and whether it was kept.</summary>
internal sealed record Goal(string Name, string Value, string Limit, bool IsMet)
{
    public static Goal AtLeast(string name, double value, double limit, string unit) =>
        new(name, Of(value, "N0", unit), $"≥ {limit:N0}", value >= limit);

    public static Goal AtMost(string name, double value, double limit, string format, string unit) =>
        new(name, Of(value, format, unit), $"≤ {limit.ToString(format)}", value <= limit);

    public override string ToString() => $"goal {Name}: {Value} ({Limit}) {(IsMet ? "met" : "missed")}";

    private static string Of(double value, string format, string unit) => value.ToString(format) + (unit.Length == 0 ? "" : " " + unit);
}
