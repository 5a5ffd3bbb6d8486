namespace MultiAgentInfra.Benchmarks;

/// <summary>A table that reads well as text and as Markdown.</summary>
internal sealed class TextTable(params string[] columns)
{
    private readonly List<string[]> _lines = [columns, columns.Select(_ => "").ToArray()];

    public void Add(params string[] cells) => _lines.Add(cells);

    public void WriteTo(TextWriter output)
    {
        var widths = columns.Select((_, column) => Math.Max(3, _lines.Max(line => line[column].Length))).ToArray();
        _lines[1] = [.. widths.Select(width => new string('-', width))];
        foreach (var line in _lines)
            output.WriteLine($"| {string.Join(" | ", line.Select((cell, column) => cell.PadRight(widths[column])))} |");
    }
}
