namespace MultiAgentInfra.Clients.Targets;

/// <summary>One line of an agent's own output.</summary>
public sealed record LogLine(string Text);

/// <summary>Whole lines of an agent's own output.</summary>
/// <param name="Next">The cursor of the next page; what it counts is the target's own.</param>
public sealed record LogPage(IReadOnlyList<LogLine> Lines, long Next);
