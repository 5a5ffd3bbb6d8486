namespace MultiAgentInfra.Core.Images;

/// <summary>Takes known secret values out of a line before anybody sees it.</summary>
public sealed class SecretRedactor(IEnumerable<string> secretValues)
{
    private const string Mask = "***";

    // The longest first: a value that holds another one must not be cut apart and left half in place.
    private readonly string[] _forms = [.. secretValues.SelectMany(WithLines).SelectMany(SecretForms.Of).Distinct(StringComparer.Ordinal).OrderByDescending(f => f.Length)];

    /// <summary>The line with every value, in whatever form, replaced; values shorter than 6 characters stay.</summary>
    public string Redact(string line)
    {
        foreach (var form in _forms)
            line = line.Replace(form, Mask, StringComparison.Ordinal);
        return line;
    }

    /// <summary>For a single line; keep an instance for many.</summary>
    public static string Redact(string line, IEnumerable<string> secretValues) => new SecretRedactor(secretValues).Redact(line);

    // A value of several lines, such as a private key, comes out of a log line by line.
    private static IEnumerable<string> WithLines(string value) =>
        value.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Prepend(value);
}
