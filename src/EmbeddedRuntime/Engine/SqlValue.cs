namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>A parameter of a statement: a whole number, a text or null.</summary>
internal readonly struct SqlValue
{
    private SqlValue(long number) => Number = number;

    private SqlValue(string? text)
    {
        Text = text;
        IsNull = text is null;
    }

    public long Number { get; }

    public string? Text { get; }

    public bool IsNull { get; }

    public static implicit operator SqlValue(long number) => new(number);

    public static implicit operator SqlValue(long? number) => number is { } known ? new(known) : new(null);

    public static implicit operator SqlValue(bool value) => new(value ? 1 : 0);

    public static implicit operator SqlValue(string? text) => new(text);
}
