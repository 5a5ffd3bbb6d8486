using System.Text.RegularExpressions;

namespace MultiAgentInfra.Architecture;

/// <summary>A method, constructor or property as it stands in the source.</summary>
/// <param name="Lines">From its header, attributes not counted, to its last line.</param>
internal sealed record CSharpMember(string Header, int Line, int Lines);

/// <summary>Finds the members of the types in a C# file by counting braces; fields are left out.</summary>
internal static partial class CSharpMembers
{
    public static IReadOnlyList<CSharpMember> Of(string source)
    {
        var members = new List<CSharpMember>();
        var code = CSharpText.CodeOf(source);
        Collect(code, 0, code.Length, insideType: false, members);
        return members;
    }

    private static void Collect(string code, int from, int to, bool insideType, List<CSharpMember> members)
    {
        while (Next(code, from, to) is { } item)
        {
            if (TypeHeader().IsMatch(item.Header))
            {
                if (item.Body >= 0 && !item.Header.Contains("enum ", StringComparison.Ordinal))
                {
                    Collect(code, item.Body + 1, item.End - 1, insideType: true, members);
                }
            }
            else if (insideType && item is { IsField: false, Header.Length: > 0 })
            {
                var first = code.AsSpan(0, item.Start).Count('\n') + 1;
                var last = code.AsSpan(0, item.End).Count('\n') + 1;
                members.Add(new CSharpMember(OneLine().Replace(item.Header, " "), first, last - first + 1));
            }

            from = item.End;
        }
    }

    private static Item? Next(string code, int from, int to)
    {
        var start = SkipAttributes(code, from, to);
        if (start >= to)
        {
            return null;
        }

        var (depth, body, headerEnd, isField) = (0, -1, -1, false);
        for (var i = start; i < to; i++)
        {
            var c = code[i];
            depth += c switch { '(' or '[' or '{' => 1, ')' or ']' or '}' => -1, _ => 0 };
            if (c == '{' && depth == 1 && body < 0)
            {
                body = i;
                headerEnd = headerEnd < 0 ? i : headerEnd;
            }
            else if (c == '=' && depth == 0 && (headerEnd < 0 ? !IsOperator(code, start, i) : code.AsSpan(0, i).TrimEnd()[^1] == '}'))
            {
                isField = code[i + 1] != '>';
                headerEnd = headerEnd < 0 ? i : headerEnd;
            }
            else if (depth == 0 && (c == ';' || (c == '}' && !Continues(code, i + 1, to))))
            {
                return Found(i + 1);
            }
        }

        return Found(to);

        Item Found(int end) => new(start, end, body, code[start..(headerEnd < 0 ? end : headerEnd)].Trim(), isField);
    }

    private static int SkipAttributes(string code, int from, int to)
    {
        var at = SkipSpace(code, from, to);
        while (at < to && code[at] == '[')
        {
            for (var depth = 0; at < to; at++)
            {
                depth += code[at] switch { '[' => 1, ']' => -1, _ => 0 };
                if (depth == 0)
                {
                    break;
                }
            }

            at = SkipSpace(code, at + 1, to);
        }

        return at;
    }

    private static int SkipSpace(string code, int at, int to)
    {
        while (at < to && char.IsWhiteSpace(code[at]))
        {
            at++;
        }

        return at;
    }

    // A closing brace ends a member unless the expression or the declaration goes on behind it.
    private static bool Continues(string code, int at, int to)
    {
        at = SkipSpace(code, at, to);
        return at < to && code[at] is ';' or '=' or ',' or ')' or '.' or '?' or ':';
    }

    private static bool IsOperator(string code, int start, int at) => OperatorName().IsMatch(code.AsSpan(start, at - start));

    private sealed record Item(int Start, int End, int Body, string Header, bool IsField);

    [GeneratedRegex(@"\A((public|private|internal|protected|static|sealed|abstract|partial|readonly|ref|unsafe|file|new)\s+)*(class|struct|record|interface|enum|namespace)\b")]
    private static partial Regex TypeHeader();

    [GeneratedRegex(@"\boperator\s*[=!<>]*\z")]
    private static partial Regex OperatorName();

    [GeneratedRegex(@"\s+")]
    private static partial Regex OneLine();
}
