using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace MultiAgentInfra.Benchmarks.Images;

/// <summary>A server for the time of the run. It writes its log to a file and is asked to end, so that what it mounted is gone afterwards.</summary>
internal sealed class ServerProgram : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(30);

    private readonly Process _process;

    private ServerProgram(Process process) => _process = process;

    /// <summary>Of all of its threads so far.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <param name="isReady">Asked until it is true; may throw while the server is not there yet.</param>
    public static async Task<ServerProgram> StartAsync(string log, Func<Task<bool>> isReady, CancellationToken stop, params string[] command)
    {
        // The shell gives its place to the server, whose output goes to the file without this process in between.
        var start = new ProcessStartInfo("sh", ["-c", "exec \"$@\" > \"$0\" 2>&1", log, .. command]);
        var server = new ServerProgram(Process.Start(start)!);
        try
        {
            var clock = Stopwatch.StartNew();
            while (!await AskAsync(isReady))
            {
                if (server._process.HasExited || clock.Elapsed > StartDeadline)
                    throw new InvalidOperationException($"{command[0]} did not start: {File.ReadLines(log).LastOrDefault()}");
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, stop);
            }

            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await ExternalProgram.RunAsync("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)], CancellationToken.None);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private static async Task<bool> AskAsync(Func<Task<bool>> isReady)
    {
        try
        {
            return await isReady();
        }
        catch (Exception exception) when (exception is HttpRequestException or InvalidOperationException)
        {
            return false;
        }
    }
}
