using System.Security.Cryptography;
using System.Text;

namespace MultiAgentInfra.Clients.Keys;

/// <summary>A key in a file that only its owner may read (mode 600).</summary>
public static class KeyFile
{
    /// <summary>Reads the key of <paramref name="bytes"/> bytes, or makes it when the file is not there.</summary>
    /// <exception cref="InvalidOperationException">Others may read the file, or its length is another.</exception>
    public static byte[] LoadOrCreate(string path, int bytes)
    {
        if (!File.Exists(path))
            Create(path, RandomNumberGenerator.GetBytes(bytes));
        return Load(path, bytes);
    }

    /// <summary>Reads a key that is a text, or makes it when the file is not there.</summary>
    /// <exception cref="InvalidOperationException">Others may read the file.</exception>
    public static string LoadOrCreate(string path, Func<string> make)
    {
        if (!File.Exists(path))
            Create(path, Encoding.UTF8.GetBytes(make()));
        return Encoding.UTF8.GetString(Read(path));
    }

    /// <exception cref="InvalidOperationException">The file is missing, others may read it, or its length is another.</exception>
    public static byte[] Load(string path, int bytes)
    {
        if (!File.Exists(path))
            throw new InvalidOperationException($"The key file {path} is missing. Restore it from a backup: what it sealed cannot be read without it.");
        var key = Read(path);
        return key.Length == bytes
            ? key
            : throw new InvalidOperationException($"The key file {path} holds {key.Length} bytes instead of {bytes}. Restore it from a backup.");
    }

    private static byte[] Read(string path) => PrivateFiles.IsOwnerOnly(path)
        ? File.ReadAllBytes(path)
        : throw new InvalidOperationException($"The key file {path} can be read by others. Run: chmod 600 {path}");

    private static void Create(string path, byte[] key)
    {
        // Moved into place when complete: a crash must not leave half a key under the key's name.
        var draft = path + ".new";
        using (var stream = PrivateFiles.OpenWrite(draft, FileMode.Create, FileShare.None))
        {
            stream.Write(key);
            stream.Flush(flushToDisk: true);
        }
        File.Move(draft, path);
    }
}
