using System.Text.RegularExpressions;
using MultiAgentInfra.Clients.Sqlite;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Activities;

/// <summary>Lines of output on their way into an operation's log: redacted, without colours and other controls, and no more of them than the
/// operation may keep.</summary>
public sealed partial class LogLines(SecretRedactor redactor, OperationLogUse use, TimeProvider time)
{
    /// <summary>Lines of one operation, over all of its steps and their attempts.</summary>
    public const int MostLines = 10_000;

    /// <summary>Characters of one operation.</summary>
    public const int MostCharacters = 8 * 1024 * 1024;

    /// <summary>Characters of one line.</summary>
    public const int LongestLine = 4096;

    private readonly Lock _gate = new();
    private List<OutputLine> _waiting = [];
    private int _lines = use.Lines;
    private long _characters = use.Characters;
    private bool _full;

    public void Add(string line)
    {
        // Controls first: a value that they cut apart would not be recognised. The end last: half a value would not be either.
        var text = redactor.Redact(Control().Replace(line, ""));
        if (text.Length > LongestLine)
            text = text[..LongestLine] + "…";
        lock (_gate)
        {
            if (_full)
                return;
            _full = _lines >= MostLines || _characters + text.Length > MostCharacters;
            _waiting.Add(new(_full ? $"--- the log ends here: an operation keeps {MostLines} lines of {MostCharacters / 1024 / 1024} MiB in all ---" : text, time.GetUtcNow()));
            _lines++;
            _characters += text.Length;
        }
    }

    /// <summary>What was added since the last time.</summary>
    public IReadOnlyList<OutputLine> Take()
    {
        lock (_gate)
        {
            var taken = _waiting;
            _waiting = [];
            return taken;
        }
    }

    // ECMA-48 control sequences, and every other control character but the tab.
    [GeneratedRegex(@"\x1b\[[0-?]*[ -/]*[@-~]|[\p{Cc}-[\t]]", RegexOptions.NonBacktracking)]
    private static partial Regex Control();
}
