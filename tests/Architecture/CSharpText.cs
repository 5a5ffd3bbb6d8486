namespace MultiAgentInfra.Architecture;

/// <summary>Blanks what is no code in a C# file: comments, strings and characters become spaces, and line ends stay.</summary>
internal sealed class CSharpText
{
    private readonly string _source;
    private readonly char[] _code;
    private int _at;

    private CSharpText(string source)
    {
        _source = source;
        _code = source.ToCharArray();
    }

    public static string CodeOf(string source)
    {
        var text = new CSharpText(source);
        text.SkipCode(untilBrace: false);
        return new string(text._code);
    }

    /// <summary>Walks over code; as an interpolation hole it ends at the brace that closes it.</summary>
    private void SkipCode(bool untilBrace)
    {
        var depth = 0;
        while (_at < _source.Length)
        {
            if (untilBrace && depth == 0 && _source[_at] == '}')
            {
                return;
            }

            depth += _source[_at] switch { '{' => 1, '}' => -1, _ => 0 };
            if (!SkipText())
            {
                _at++;
            }
        }
    }

    private bool SkipText()
    {
        var start = _at;
        if (Sees("//"))
        {
            SkipTo(_source.IndexOf('\n', _at));
        }
        else if (Sees("/*"))
        {
            SkipTo(_source.IndexOf("*/", _at + 2, StringComparison.Ordinal), 2);
        }
        else if (_source[_at] == '\'')
        {
            SkipEscaped('\'', holes: false);
        }
        else if (!SkipString())
        {
            return false;
        }

        Blank(start, _at);
        return true;
    }

    private bool SkipString()
    {
        var prefix = _at;
        while (prefix < _source.Length && _source[prefix] is '$' or '@')
        {
            prefix++;
        }

        if (prefix >= _source.Length || _source[prefix] != '"')
        {
            return false;
        }

        var marks = _source[_at..prefix];
        _at = prefix;
        var quotes = Run('"');
        if (quotes >= 3)
        {
            SkipRaw(quotes);
        }
        else if (marks.Contains('@', StringComparison.Ordinal))
        {
            SkipVerbatim(holes: marks.Contains('$', StringComparison.Ordinal));
        }
        else
        {
            SkipEscaped('"', holes: marks.Contains('$', StringComparison.Ordinal));
        }

        return true;
    }

    private int Run(char wanted)
    {
        var end = _at;
        while (end < _source.Length && _source[end] == wanted)
        {
            end++;
        }

        return end - _at;
    }

    private void SkipRaw(int quotes)
    {
        SkipTo(_source.IndexOf(new string('"', quotes), _at + quotes, StringComparison.Ordinal), quotes);
        // More quotes than the fence has belong to the text.
        _at += Run('"');
    }

    private void SkipVerbatim(bool holes)
    {
        for (_at++; _at < _source.Length; _at++)
        {
            if (Sees("\"\""))
            {
                _at++;
            }
            else if (holes && SkipHole())
            {
                continue;
            }
            else if (_source[_at] == '"')
            {
                _at++;
                return;
            }
        }
    }

    private void SkipEscaped(char end, bool holes)
    {
        for (_at++; _at < _source.Length; _at++)
        {
            if (_source[_at] == '\\')
            {
                _at++;
            }
            else if (holes && SkipHole())
            {
                continue;
            }
            else if (_source[_at] == end)
            {
                _at++;
                return;
            }
        }
    }

    /// <returns>True with the position on the hole's last character, or on the second of two braces that mean one.</returns>
    private bool SkipHole()
    {
        if (_source[_at] != '{')
        {
            return false;
        }

        _at++;
        if (_at < _source.Length && _source[_at] != '{')
        {
            SkipCode(untilBrace: true);
        }

        return true;
    }

    private bool Sees(string text) => string.CompareOrdinal(_source, _at, text, 0, text.Length) == 0;

    private void SkipTo(int position, int beyond = 0) => _at = position < 0 ? _source.Length : position + beyond;

    private void Blank(int start, int end)
    {
        for (var i = start; i < Math.Min(end, _code.Length); i++)
        {
            _code[i] = _code[i] == '\n' ? '\n' : ' ';
        }
    }
}
