using System.IO.Compression;
using System.Text;
using System.Text.Encodings.Web;

namespace MultiAgentInfra.EndToEnd;

/// <summary>A secret that is planted, in every form in which it could turn up where it must not.</summary>
internal sealed class Canary
{
    private readonly List<string> _forms;

    public Canary(string name)
    {
        // Every character class that an encoding changes: quotes, a slash, a plus, an umlaut.
        Value = $"canary-{name}-{Guid.NewGuid():N}/+\"ü&";
        _forms =
        [
            Value,
            Uri.EscapeDataString(Value),
            JavaScriptEncoder.Default.Encode(Value),
            JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(Value),
            .. Base64Cores(Value),
        ];
    }

    public string Value { get; }

    public bool IsIn(string text) => _forms.Any(form => text.Contains(form, StringComparison.Ordinal));

    /// <summary>The files below the folder that hold the canary, packed layers opened.</summary>
    public IReadOnlyList<string> FilesIn(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true })
            // An empty file may be a lock that somebody holds.
            .Where(file => !file.Contains("/node_modules/", StringComparison.Ordinal) && new FileInfo(file).Length > 0 && Holds(file))];

    private bool Holds(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (IsGzip(stream))
        {
            using var unpacked = new GZipStream(stream, CompressionMode.Decompress);
            return Holds(unpacked);
        }

        return Holds(stream);
    }

    private bool Holds(Stream stream)
    {
        // Latin-1 keeps every byte as one character; the forms are compared as their UTF-8 bytes.
        var forms = _forms.ConvertAll(form => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(form)));
        var overlap = forms.Max(form => form.Length);
        var buffer = new byte[1 << 20];
        var carry = "";
        for (int read; (read = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)) > 0;)
        {
            var text = carry + Encoding.Latin1.GetString(buffer, 0, read);
            if (forms.Any(form => text.Contains(form, StringComparison.Ordinal)))
                return true;
            carry = text[Math.Max(0, text.Length - overlap)..];
        }

        return false;
    }

    private static bool IsGzip(FileStream stream)
    {
        var magic = (stream.ReadByte(), stream.ReadByte());
        stream.Position = 0;
        return magic == (0x1f, 0x8b);
    }

    /// <summary>What base64 of a text that contains the value always contains, for each of the three alignments.</summary>
    private static IEnumerable<string> Base64Cores(string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        for (var skip = 0; skip < 3; skip++)
        {
            var whole = (bytes.Length - skip) / 3 * 3;
            yield return Convert.ToBase64String(bytes, skip, whole);
        }
    }
}
