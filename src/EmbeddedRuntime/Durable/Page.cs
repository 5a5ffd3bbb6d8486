namespace MultiAgentInfra.EmbeddedRuntime;

/// <summary>One page of a listing and the token of the next.</summary>
public sealed class Page<T>(IReadOnlyList<T> values, string? continuationToken = null)
    where T : notnull
{
    public IReadOnlyList<T> Values { get; } = values;

    public string? ContinuationToken { get; } = continuationToken;
}
