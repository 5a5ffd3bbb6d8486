using MultiAgentInfra.Clients.Sqlite;

namespace MultiAgentInfra.Functions.Http;

/// <summary>A page of the output of an operation's builds; <paramref name="Next"/> is the cursor behind it, the same when there is nothing new.</summary>
/// <param name="Ended">The operation has ended: no line will be added.</param>
public sealed record OperationLogBody(IReadOnlyList<OperationLineBody> Lines, long Next, bool Ended)
{
    public static OperationLogBody Of(IReadOnlyList<OperationLogLine> lines, long after, bool ended) =>
        new([.. lines.Select(line => new OperationLineBody(line.Step, line.At, line.Text))], lines.Count == 0 ? after : lines[^1].Sequence, ended);
}

/// <summary>One line on the wire.</summary>
public sealed record OperationLineBody(string Step, DateTimeOffset At, string Text);
