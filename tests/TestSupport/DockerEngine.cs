using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace MultiAgentInfra.TestSupport;

/// <summary>A real Docker Engine in a folder of its own, reached by a socket; it has no network of its own, so its containers use the host's.</summary>
public sealed class DockerEngine : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder;
    private readonly StringBuilder _log = new();
    private Process? _process;

    private DockerEngine(DirectoryInfo folder) => _folder = folder;

    public string SocketPath => Path.Combine(_folder.FullName, "docker.sock");

    public string Endpoint => $"unix://{SocketPath}";

    /// <param name="arguments">More of dockerd's own, such as another -H.</param>
    public static async Task<DockerEngine> StartAsync(params string[] arguments)
    {
        Requires.Program("dockerd");
        var engine = new DockerEngine(Directory.CreateTempSubdirectory("dockerd-"));
        try
        {
            engine.Launch(arguments);
            await Wait.UntilAsync($"dockerd; {engine._log}", Deadline, engine.AnswersAsync);
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }

        return engine;
    }

    /// <summary>Runs the docker command against this engine and answers what it printed.</summary>
    public Task<string> RunAsync(params string[] arguments) => RunAsync(null, arguments);

    /// <param name="input">Written to the command's input; null for none.</param>
    public async Task<string> RunAsync(Func<Stream, Task>? input, params string[] arguments)
    {
        var (exitCode, output) = await TryRunAsync(input, arguments);
        Assert.True(exitCode == 0, $"docker {string.Join(' ', arguments)}: {output}");
        return output.Trim();
    }

    /// <summary>Makes an image of one layer out of a tar.</summary>
    /// <param name="changes">Instructions of a Dockerfile, such as <c>CMD ["sh"]</c>.</param>
    public Task<string> ImportAsync(string name, Func<Stream, Task> writeTar, params string[] changes) =>
        RunAsync(writeTar, ["import", .. changes.SelectMany(change => new[] { "--change", change }), "-", name]);

    /// <summary>Stops the engine at once, as a machine that fails does; its files stay.</summary>
    public async Task KillAsync()
    {
        if (_process is not { } process)
            return;
        _process = null;
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            var (_, containers) = await TryRunAsync(null, ["ps", "--all", "--quiet"]);
            if (containers.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is { Length: > 0 } ids)
                await TryRunAsync(null, ["rm", "--force", .. ids]);
            await StopAsync(_process);
        }

        _process?.Dispose();
        foreach (var shim in Shims())
            shim.Kill(entireProcessTree: true);
        foreach (var mount in await MountsAsync())
            await RunProgramAsync("umount", ["--lazy", mount], null);
        _folder.Delete(recursive: true);
    }

    private void Launch(string[] arguments)
    {
        string At(string name) => Path.Combine(_folder.FullName, name);
        var start = new ProcessStartInfo(
            "dockerd",
            [
                "--data-root", At("data"), "--exec-root", At("exec"), "--pidfile", At("pid"), "-H", Endpoint,
                "--iptables=false", "--ip6tables=false", "--bridge=none", "--ip-forward=false", "--ip-masq=false", .. arguments,
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;
    }

    private void Keep(string? line)
    {
        lock (_log)
            _log.AppendLine(line);
    }

    private async Task<bool> AnswersAsync()
    {
        Assert.False(_process!.HasExited, $"dockerd ended: {_log}");
        return File.Exists(SocketPath) && (await TryRunAsync(null, ["version"])).ExitCode == 0;
    }

    private static async Task StopAsync(Process process)
    {
        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        using var deadline = new CancellationTokenSource(Deadline, TimeProvider.System);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }
    }

    // Containers outlive an engine that was killed.
    private IEnumerable<Process> Shims() => Process.GetProcesses()
        .Where(process => Arguments(process) is var arguments && arguments.Contains("containerd-shim", StringComparison.Ordinal) && arguments.Contains(_folder.FullName, StringComparison.Ordinal));

    private static string Arguments(Process process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process.Id}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }

    // What a killed container has left mounted.
    private async Task<IEnumerable<string>> MountsAsync() => (await File.ReadAllLinesAsync("/proc/self/mounts"))
        .Select(line => line.Split(' ')[1])
        .Where(mount => mount.StartsWith(_folder.FullName + '/', StringComparison.Ordinal))
        .OrderByDescending(mount => mount.Length);

    // Its own settings too: a login of a test is nobody else's.
    private Task<(int ExitCode, string Output)> TryRunAsync(Func<Stream, Task>? input, string[] arguments) =>
        RunProgramAsync("docker", ["--config", Path.Combine(_folder.FullName, "client"), "--host", Endpoint, .. arguments], input);

    private static async Task<(int ExitCode, string Output)> RunProgramAsync(string program, string[] arguments, Func<Stream, Task>? input)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await using (var stdin = process.StandardInput.BaseStream)
        {
            if (input is not null)
                await input(stdin);
        }

        await process.WaitForExitAsync();
        return (process.ExitCode, process.ExitCode == 0 ? await output : await output + await error);
    }
}
