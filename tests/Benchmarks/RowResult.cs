namespace MultiAgentInfra.Benchmarks;

/// <summary>A line of the table: the median, the range of the repetitions, the goal it is held to, and what others reach.</summary>
internal sealed record RowResult(string What, string Median, string Range, Goal? Goal, string Peer = "–", string Note = "");
