using System.Text;

namespace MultiAgentInfra.Clients.Processes;

/// <summary>Reads one output stream of a child: keeps its text within a limit and hands out its lines.</summary>
internal sealed class OutputReader(Stream stream, int limit, bool tailOnly, Action<string>? onLine)
{
    private const int LineLimit = 64 * 1024;

    private readonly StringBuilder _kept = new();
    private readonly StringBuilder _line = new();

    public string Text => _kept.ToString();

    /// <exception cref="OutputLimitException">The child wrote more than the limit.</exception>
    public async Task ReadToEndAsync(CancellationToken cancellationToken)
    {
        var decoder = new UTF8Encoding(false).GetDecoder();
        var bytes = new byte[16 * 1024];
        var chars = new char[bytes.Length + 1];
        var total = 0L;
        int read;
        while ((read = await stream.ReadAsync(bytes, cancellationToken).ConfigureAwait(false)) > 0)
        {
            total += read;
            if (total > limit && !tailOnly)
                throw new OutputLimitException(limit);
            Take(chars.AsSpan(0, decoder.GetChars(bytes, 0, read, chars, 0)));
        }
        if (_line.Length > 0)
            EndLine();
    }

    private void Take(ReadOnlySpan<char> text)
    {
        _kept.Append(text);
        if (tailOnly && _kept.Length > limit)
            _kept.Remove(0, _kept.Length - limit);
        if (onLine is null)
            return;
        foreach (var character in text)
        {
            if (character == '\n' || _line.Length >= LineLimit)
                EndLine();
            if (character != '\n')
                _line.Append(character);
        }
    }

    private void EndLine()
    {
        onLine?.Invoke(_line.ToString().TrimEnd('\r'));
        _line.Clear();
    }
}

/// <summary>A child wrote more than its reader accepts, and was killed for it.</summary>
public sealed class OutputLimitException(int limitBytes) : IOException($"The process wrote more than {limitBytes} bytes to its standard output.");
