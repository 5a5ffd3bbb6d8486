using System.Text;
using System.Text.RegularExpressions;

namespace MultiAgentInfra.Architecture;

/// <summary>What a lint can see of a Bicep file: its code without comments and string texts, and its symbols.</summary>
internal sealed partial class BicepText
{
    // Words of the language and its types.
    private static readonly HashSet<string> Words =
    [
        "targetScope", "param", "var", "resource", "module", "output", "existing", "using", "for", "in", "if", "true", "false", "null",
        "string", "int", "bool", "array", "object", "type", "import", "func", "metadata", "sys", "az",
    ];

    private readonly List<string> _problems = [];
    private readonly StringBuilder _code = new();
    private readonly string _source;

    public BicepText(string source)
    {
        _source = source;
        var brackets = new Stack<char>();
        var at = ReadCode(0, brackets, inHole: false);
        if (at < source.Length || brackets.Count > 0)
            _problems.Add($"line {LineOf(at)}: brackets do not match");
    }

    /// <summary>Code with the texts of strings left out, and the expressions in their holes kept.</summary>
    public string Code => _code.ToString();

    public IReadOnlyList<string> Problems => _problems;

    public IEnumerable<string> Declared => Declaration().Matches(Code).Select(match => match.Groups["name"].Value)
        .Concat(LoopVariable().Matches(Code).Select(match => match.Groups["name"].Value));

    /// <summary>Identifiers that stand for a value: no member, no key of an object, no function and no word of the language.</summary>
    public IEnumerable<string> Referenced => Identifier().Matches(Code).Select(match => match.Value).Where(name => !Words.Contains(name)).Distinct();

    public IEnumerable<string> Undeclared => Referenced.Except(Declared);

    private int ReadCode(int at, Stack<char> brackets, bool inHole)
    {
        var floor = brackets.Count;
        while (at < _source.Length)
        {
            var c = _source[at];
            if (inHole && c == '}' && brackets.Count == floor)
                return at;
            if (c == '\'')
            {
                at = ReadString(at + 1, brackets);
                continue;
            }

            if (string.CompareOrdinal(_source, at, "//", 0, 2) == 0)
            {
                at = _source.IndexOf('\n', at) is var end and >= 0 ? end : _source.Length;
                continue;
            }

            if (c is '(' or '[' or '{')
                brackets.Push(c);
            else if (c is ')' or ']' or '}' && (!brackets.TryPop(out var open) || (open, c) is not (('(', ')') or ('[', ']') or ('{', '}'))))
                return at;
            _code.Append(c);
            at++;
        }

        return at;
    }

    private int ReadString(int at, Stack<char> brackets)
    {
        var start = at;
        for (_code.Append('\''); at < _source.Length && _source[at] != '\n'; at++)
        {
            if (_source[at] == '\\')
            {
                at++;
            }
            else if (_source[at] == '\'')
            {
                _code.Append('\'');
                return at + 1;
            }
            else if (string.CompareOrdinal(_source, at, "${", 0, 2) == 0)
            {
                _code.Append(' ');
                at = ReadCode(at + 2, brackets, inHole: true);
                _code.Append(' ');
            }
        }

        _problems.Add($"line {LineOf(start)}: a string has no end");
        return at;
    }

    private int LineOf(int at) => _source.AsSpan(0, Math.Min(at, _source.Length)).Count('\n') + 1;

    [GeneratedRegex(@"^(param|var|resource|module|output)\s+(?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"\bfor\s+(?<name>\w+)\s+in\b")]
    private static partial Regex LoopVariable();

    // Not behind a dot, a decorator or within a word; not before a colon of an object's key, nor before a call.
    [GeneratedRegex(@"(?<![\w.@])[A-Za-z_]\w*(?![\w]|\s*\(|[ \t]*:(?!:))|(?<=\?\s*)[A-Za-z_]\w*(?=\s*:)")]
    private static partial Regex Identifier();
}
