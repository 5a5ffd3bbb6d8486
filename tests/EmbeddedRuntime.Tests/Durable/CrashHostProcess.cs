using System.Diagnostics;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

/// <summary>The crash host as a process of its own.</summary>
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

    /// <param name="prefix">A command that starts the process its own way, such as a shell with limits.</param>
    /// <param name="arguments">The arguments of the crash host.</param>
    public static CrashHostProcess Start(string[] prefix, params string[] arguments)
    {
        string[] command = [.. prefix, "dotnet", Path.Combine(AppContext.BaseDirectory, "MultiAgentInfra.EmbeddedRuntime.CrashHost.dll"), .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        return new CrashHostProcess(Process.Start(start)!);
    }

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
        await _process.WaitForExitAsync();
    }

    public async Task<(int ExitCode, string Errors)> EndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Deadline, TimeProvider.System);
        return (_process.ExitCode, await _errors);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}
