using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace MultiAgentInfra.TestSupport;

/// <summary>The blob service of Azurite, Microsoft's own emulator of Azure Storage, as a process on a free loopback port, with an empty folder.</summary>
public sealed partial class AzuriteServer : IAsyncDisposable
{
    /// <summary>The account that every emulator has; the key is public
    /// (https://learn.microsoft.com/azure/storage/common/storage-use-azurite#well-known-storage-account-and-key).</summary>
    public const string Account = "devstoreaccount1";
    public const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("azurite-");
    private readonly ConcurrentQueue<string> _output = new();
    private readonly Process _process;

    private AzuriteServer(string script)
    {
        string[] arguments = [script, "--disableTelemetry", "--location", _folder.FullName, "--blobHost", "127.0.0.1", "--blobPort", "0"];
        _process = new Process { StartInfo = new("node", arguments) { RedirectStandardOutput = true, RedirectStandardError = true } };
        DataReceivedEventHandler read = (_, line) => _output.Enqueue(line.Data ?? "");
        _process.OutputDataReceived += read;
        _process.ErrorDataReceived += read;
    }

    /// <summary>Of the account, without a trailing slash.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Skips the test where Azurite is not installed.</summary>
    public static async Task<AzuriteServer> StartAsync()
    {
        var server = new AzuriteServer(Requires.NpmPackage("azurite", "dist/src/blob/main.js"));
        server._process.Start();
        server._process.BeginOutputReadLine();
        server._process.BeginErrorReadLine();
        try
        {
            var port = await Wait.ForAsync("Azurite's port", StartDeadline, () => Task.FromResult(server.Port()));
            server.Address = $"http://127.0.0.1:{port}/{Account}";
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private string? Port() => _output.Select(line => ListeningLine().Match(line)).FirstOrDefault(match => match.Success)?.Groups[1].Value;

    [GeneratedRegex(@"successfully listens on http://127\.0\.0\.1:([0-9]+)")]
    private static partial Regex ListeningLine();
}
