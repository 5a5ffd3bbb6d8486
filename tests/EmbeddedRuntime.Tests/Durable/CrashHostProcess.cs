using System.Diagnostics;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

/// <summary>The crash host or the poison host as a process of its own.</summary>
internal sealed class CrashHostProcess : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly Task<string> _errors;

    private CrashHostProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <param name="prefix">A command that starts the process its own way, such as a shell with limits.</param>
    /// <param name="arguments">The arguments of the crash host.</param>
    public static CrashHostProcess Start(string[] prefix, params string[] arguments) => StartHost(prefix, "CrashHost", arguments);

    public static CrashHostProcess StartPoison(params string[] arguments) => StartHost([], "PoisonHost", arguments);

    /// <summary>The next line that the process prints; null at its end.</summary>
    public async Task<string?> ReadLineAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        return await _process.StandardOutput.ReadLineAsync(deadline.Token);
    }

    public async Task ReadyAsync()
    {
        if (await ReadLineAsync() != "ready")
            Assert.Fail($"It did not start: {(await EndAsync()).Errors}");
    }

    /// <summary>Whether the process ends on its own in the time.</summary>
    public async Task<bool> EndsWithinAsync(TimeSpan time)
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(time, TimeProvider.System);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await ExitAsync();
    }

    /// <summary>Lets it know that nobody waits for it any more.</summary>
    public void Abandon() => _process.StandardInput.Close();

    /// <summary>Waits for this process, though not for those that it has started, and gives its exit code.</summary>
    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Deadline, TimeProvider.System);
        return _process.ExitCode;
    }

    /// <summary>Waits for this process and all that it has started.</summary>
    public async Task<(int ExitCode, string Errors)> EndAsync()
    {
        var exitCode = await ExitAsync();
        return (exitCode, await _errors.WaitAsync(Deadline, TimeProvider.System));
    }

    /// <summary>Ends this process and all that it has started, so that none writes to the folder of the test any more.</summary>
    public async Task StopAsync()
    {
        Kill();
        Abandon();
        await EndAsync();
    }

    public void Dispose()
    {
        Kill();
        _process.WaitForExit(Deadline);
        _process.Dispose();
    }

    private void Kill()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
    }

    private static CrashHostProcess StartHost(string[] prefix, string host, string[] arguments)
    {
        string[] command = [.. prefix, "dotnet", Path.Combine(AppContext.BaseDirectory, $"MultiAgentInfra.EmbeddedRuntime.{host}.dll"), .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        return new CrashHostProcess(Process.Start(start)!);
    }
}
