using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace MultiAgentInfra.EmbeddedRuntime.Hosting;

/// <summary>The keys of <see cref="AuthorizationLevel.Function"/> and above: every key but <c>_master</c> opens every keyed function.</summary>
internal sealed partial class FunctionKeys
{
    private const string Master = "_master";
    private const int KeyBytes = 32;

    private readonly (bool IsMaster, byte[] Hash)[] _keys;

    private FunctionKeys(IEnumerable<KeyValuePair<string, string>> keys) =>
        _keys = [.. keys.Select(key => (key.Key == Master, Hash(key.Value)))];

    /// <summary>Takes the keys of the configuration, else those of the file, which it makes when a function needs one.</summary>
    public static FunctionKeys Load(IEnumerable<FunctionDescriptor> functions, IConfiguration configuration, string file, ILogger<FunctionKeys> logger)
    {
        var configured = configuration.GetSection("FunctionKeys").GetChildren()
            .Where(key => key.Value is { Length: > 0 })
            .ToDictionary(key => key.Key, key => key.Value!);
        if (configured.Count > 0)
            return new FunctionKeys(configured);

        if (functions.All(function => function.HttpTrigger is null or { AuthLevel: AuthorizationLevel.Anonymous }))
            return new FunctionKeys([]);

        if (!File.Exists(file))
        {
            Write(file);
            Log.Generated(logger, file);
        }

        return new FunctionKeys(JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(file))!);
    }

    /// <summary>Whether the request carries a key of the level; the header <c>x-functions-key</c> wins over <c>?code=</c>.</summary>
    public bool Allow(AuthorizationLevel level, HttpRequest request)
    {
        if (level == AuthorizationLevel.Anonymous)
            return true;

        var presented = Hash((request.Headers.TryGetValue("x-functions-key", out var header) ? header : request.Query["code"]).ToString());
        var allowed = false;
        foreach (var (isMaster, hash) in _keys)
            allowed |= CryptographicOperations.FixedTimeEquals(hash, presented) && (isMaster || level == AuthorizationLevel.Function);

        return allowed;
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    private static void Write(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var keys = new Dictionary<string, string> { ["default"] = NewKey(), [Master] = NewKey() };
        var draft = $"{file}.{Guid.CreateVersion7():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

        using (var stream = new FileStream(draft, options))
        {
            JsonSerializer.Serialize(stream, keys);
            stream.Flush(flushToDisk: true);
        }

        try
        {
            File.Move(draft, file);
        }
        // Another process was first: its keys are the keys.
        catch (IOException) when (File.Exists(file))
        {
            File.Delete(draft);
        }
    }

    private static string NewKey() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(KeyBytes));

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Function keys were generated in {file}")]
        public static partial void Generated(ILogger logger, string file);
    }
}
