using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace MultiAgentInfra.Clients.Trivy;

/// <summary>What the log of a scanning Job says (<c>scan-job.sh</c>), put together from as many readings as it takes.</summary>
internal sealed class ScanJobLog
{
    private const int MostReportBytes = 64 * 1024 * 1024;

    private readonly Dictionary<int, string> _pieces = [];
    private (int Count, string Checksum)? _end;
    private string? _version;

    /// <summary>Of the last line that was read.</summary>
    public DateTimeOffset? Time { get; private set; }

    /// <summary>Why Trivy has no report; null when it has one, or none yet.</summary>
    public string? Failure { get; private set; }

    public bool IsWhole => _version is not null && _end is { } end && Enumerable.Range(1, end.Count).All(_pieces.ContainsKey);

    /// <param name="log">Whole lines, each with its time before it; those that were read already change nothing.</param>
    public void Add(string log)
    {
        foreach (var line in log.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var words = line.TrimEnd('\r').Split(' ');
            if (!DateTimeOffset.TryParse(words[0], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
                continue;
            Time = time;
            Read(words[1..]);
        }
    }

    /// <exception cref="InvalidDataException">It is damaged, or too large.</exception>
    public (TrivyVersion Version, TrivyReport Report) Open()
    {
        try
        {
            var packed = Convert.FromBase64String(string.Concat(Enumerable.Range(1, _end!.Value.Count).Select(number => _pieces[number])));
            if (Convert.ToHexStringLower(SHA256.HashData(packed)) != _end.Value.Checksum)
                throw new InvalidDataException("its checksum is another");
            return (TrivyVersion.Parse(Text(_version!)), TrivyReport.Parse(Unpack(packed)));
        }
        catch (FormatException exception)
        {
            throw new InvalidDataException("it is not base64", exception);
        }
    }

    private void Read(string[] words)
    {
        switch (words)
        {
            case ["report", var number, var piece] when int.TryParse(number, CultureInfo.InvariantCulture, out var index):
                _pieces[index] = piece;
                break;
            case ["version", var version]:
                _version = version;
                break;
            case ["end", var number, var checksum] when int.TryParse(number, CultureInfo.InvariantCulture, out var count):
                _end = (count, checksum);
                break;
            case ["failed", var code, var reason]:
                Failure = $"Trivy failed with exit code {code}: {(Text(reason).Trim() is { Length: > 0 } text ? text : "it said nothing")}";
                break;
        }
    }

    private static string Text(string base64) => Encoding.UTF8.GetString(Convert.FromBase64String(base64));

    private static string Unpack(byte[] packed)
    {
        using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var text = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (int read; (read = gzip.Read(buffer)) > 0;)
        {
            if (text.Length + read > MostReportBytes)
                throw new InvalidDataException($"it has more than {MostReportBytes} bytes");
            text.Write(buffer, 0, read);
        }

        return Encoding.UTF8.GetString(text.GetBuffer().AsSpan(0, (int)text.Length));
    }
}
