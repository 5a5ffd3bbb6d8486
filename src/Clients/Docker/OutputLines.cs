using System.Text;
using System.Text.RegularExpressions;

namespace MultiAgentInfra.Clients.Docker;

/// <summary>Makes lines of output that comes in pieces, without the colours that the classic builder puts into it.</summary>
internal sealed partial class OutputLines(Action<string> output)
{
    private const int LongestLine = 16 * 1024;

    private readonly StringBuilder _pending = new();

    public void Add(string piece)
    {
        foreach (var character in piece)
        {
            if (character == '\n' || _pending.Length >= LongestLine)
                Flush();
            if (character != '\n')
                _pending.Append(character);
        }
    }

    /// <summary>Passes on what no end of a line followed.</summary>
    public void Flush()
    {
        var line = Colour().Replace(_pending.ToString(), "").TrimEnd();
        _pending.Clear();
        if (line.Length > 0)
            output(line);
    }

    [GeneratedRegex(@"\x1b\[[0-9;?]*[ -/]*[@-~]")]
    private static partial Regex Colour();
}
