using System.Text.RegularExpressions;
using MultiAgentInfra.Core;

namespace MultiAgentInfra.Clients.Npm;

/// <summary>Remembers npm's last lines and makes an exception of them, so that a user learns which package is at fault.</summary>
internal sealed partial class NpmFailure
{
    private const int KeptLines = 12;

    // What the same input brings about again. https://docs.npmjs.com/common-errors and npm's own error messages.
    private static readonly HashSet<string> Permanent =
    [
        "E404", "ETARGET", "EUNSUPPORTEDPROTOCOL", "EUNSUPPORTED", "EBADPLATFORM", "EBADENGINE", "ERESOLVE", "EUSAGE", "EINVALIDPACKAGENAME",
        "EINVALIDTAGNAME", "EJSONPARSE", "ESBOMPROBLEMS",
    ];

    private readonly Queue<string> _lines = new(KeptLines);
    private string? _code;
    private string? _package;

    /// <summary>The line without the credentials that an address in it may hold.</summary>
    public static string Clean(string line) => Token().Replace(UserInfo().Replace(line, "$1"), "$1***");

    public void Add(string cleanLine)
    {
        if (Code().Match(cleanLine) is { Success: true } code)
            _code ??= code.Groups[1].Value;
        if (Package().Match(cleanLine) is { Success: true } package)
            _package ??= package.Groups[1].Value;
        if (_lines.Count == KeptLines)
            _lines.Dequeue();
        _lines.Enqueue(cleanLine);
    }

    public Exception ToException(string command, int exitCode)
    {
        if (exitCode is 126 or 127)
            return new NonRetryableException("npm was not found on the PATH: install Node.js 20 or newer.");
        var reason = _code is null ? $"with exit code {exitCode}" : _package is null ? $"with {_code}" : $"with {_code} for the package {_package}";
        var message = $"{command} failed {reason}:\n{string.Join('\n', _lines)}";
        return _code is not null && Permanent.Contains(_code) ? new NonRetryableException(message) : new NpmException(message);
    }

    [GeneratedRegex(@"^npm (?:error|ERR!) code (E[A-Z0-9]+)$")]
    private static partial Regex Code();

    [GeneratedRegex(@"(?:No matching version found for |resource '|^npm (?:error|ERR!) 404\s+')(@?[A-Za-z0-9._/-]+@[A-Za-z0-9.^~*+-]*[A-Za-z0-9*])")]
    private static partial Regex Package();

    [GeneratedRegex(@"(\b[a-z][a-z0-9+.-]*://)[^/\s]*@", RegexOptions.IgnoreCase)]
    private static partial Regex UserInfo();

    [GeneratedRegex(@"(_auth(?:Token)?\s*=\s*|_password\s*=\s*|[?&](?:token|access_token)=|Bearer )[^\s&]+", RegexOptions.IgnoreCase)]
    private static partial Regex Token();
}
