namespace MultiAgentInfra.Benchmarks;

/// <summary>A line of the table: the median, the range of the repetitions, the goal it is held to, and what others reach.</summary>
internal sealed record RowResult(string What, string Median, string Range, Goal? Goal, string Peer = "–", string Note = "")
{
    public static RowResult OfRate(string what, IEnumerable<Throughput.Trial> trials, string goal, double limit, string unit, string peer)
    {
        var rates = new Samples(trials.Select(trial => trial.Rate));
        return Of(what, rates, "N0", Goal.AtLeast(goal, rates.Median, limit, unit), peer);
    }

    public static RowResult Of(string what, Samples values, string format, Goal? goal, string peer = "–", string note = "") =>
        new(what, values.Median.ToString(format), $"{values.Min.ToString(format)}–{values.Max.ToString(format)}", goal, peer, note);
}
