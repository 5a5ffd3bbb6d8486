using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using MultiAgentInfra.EmbeddedRuntime.Engine;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

/// <summary>A disk that is full, read-only or in use, under a process of its own.</summary>
public sealed class DiskTroubleTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    // A process that ignores SIGXFSZ gets an error for a write beyond its limit, after a part of it, as it does from a full disk.
    private static readonly string[] WithoutSizeSignal = ["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("durable-disk-");

    private string DatabasePath => Path.Combine(_folder.FullName, "engine.db");

    [Theory]
    [InlineData(0)]
    [InlineData(6_000_000)]
    [Trait("Category", "Long")]
    public async Task A_file_that_can_grow_no_more_stops_the_engine_and_loses_nothing_that_was_acknowledged(int room)
    {
        var acknowledged = new List<string>();
        using (var process = CrashHostProcess.Start(WithoutSizeSignal, "fill", DatabasePath))
        {
            await process.ReadyAsync();
            acknowledged.Add((await process.ReadLineAsync())!);
            await LimitFilesAsync(process.Id, room);
            while (await process.ReadLineAsync() is { } id)
                acknowledged.Add(id);
            var (exitCode, errors) = await process.EndAsync();
            Assert.Equal(3, exitCode);
            // The write that meets the limit may be the engine's own: then it has stopped when the next one asks.
            Assert.Matches("refused: The durable engine (could not write|has stopped): .*(I/O error|full)", errors);
            Assert.Matches("failed: .*(I/O error|full)", errors);
        }

        await using var engine = await DurableEngine.StartAsync(
            new DurableEngineOptions { DatabasePath = DatabasePath },
            new DurableTaskRegistry().AddOrchestratorFunc<string, string>("hold", async (context, input) =>
            {
                await context.WaitForExternalEvent<string>("go");
                await context.WaitForExternalEvent<string>("early");
                return input!;
            }),
            new ServiceCollection().BuildServiceProvider());
        await Task.WhenAll(acknowledged.Select(id => engine.Client.RaiseEventAsync(id, "go", "")));
        for (var index = 0; index < acknowledged.Count; index++)
        {
            var result = await engine.Client.WaitForInstanceCompletionAsync(acknowledged[index], true).WaitAsync(Deadline, TimeProvider.System);
            Assert.StartsWith($"{index}-x", result.ReadOutputAs<string>());
        }
    }

    [Fact]
    public async Task A_file_without_room_is_refused_at_the_start()
    {
        var errors = await RefusalAsync(["sh", "-c", "trap '' XFSZ; ulimit -f 0; DOTNET_EnableWriteXorExecute=0 exec \"$@\"", "sh"]);
        Assert.Contains(DatabasePath, errors);
        Assert.Contains("the disk must have room", errors);
    }

    [Fact]
    public async Task A_file_that_is_read_only_is_refused_at_the_start()
    {
        await MakeFileAsync();
        File.SetUnixFileMode(DatabasePath, UnixFileMode.UserRead);
        var errors = await RefusalAsync(AsAnybody());
        Assert.Contains($"The durable database {DatabasePath} cannot be written:", errors);
        Assert.Contains("readonly", errors);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_folder_that_is_read_only_is_refused_at_the_start(bool hasFile)
    {
        if (hasFile)
            await MakeFileAsync();
        File.Delete(DatabasePath + ".lock");
        _folder.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserExecute;
        try
        {
            var errors = await RefusalAsync(AsAnybody());
            Assert.Contains($"The durable database {DatabasePath} cannot be written:", errors);
            Assert.Contains("denied", errors);
        }
        finally
        {
            _folder.UnixFileMode |= UnixFileMode.UserWrite;
        }
    }

    [Fact]
    public async Task A_folder_that_is_missing_is_refused_at_the_start()
    {
        _folder.Delete();
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(MakeFileAsync);
        _folder.Create();
        Assert.Contains($"The durable database {DatabasePath} cannot be written: Could not find a part of the path", refused.Message);
    }

    [Fact]
    public async Task A_second_process_on_the_same_file_is_refused_at_the_start()
    {
        using var first = CrashHostProcess.Start([], "fill", DatabasePath);
        await first.ReadyAsync();
        var errors = await RefusalAsync([]);
        Assert.Contains($"The durable database {DatabasePath} is in use by another process.", errors);
        await first.KillAsync();

        // The lock dies with its process.
        await MakeFileAsync();
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task MakeFileAsync()
    {
        await using var engine = await DurableEngine.StartAsync(
            new DurableEngineOptions { DatabasePath = DatabasePath }, new DurableTaskRegistry(), new ServiceCollection().BuildServiceProvider());
    }

    private async Task<string> RefusalAsync(string[] prefix)
    {
        using var process = CrashHostProcess.Start(prefix, "fill", DatabasePath);
        var (exitCode, errors) = await process.EndAsync();
        Assert.True(exitCode == 2, $"exit code {exitCode}: {errors}");
        return errors;
    }

    /// <summary>Modes of files bind nobody who may override them.</summary>
    private static string[] AsAnybody() => Environment.IsPrivilegedProcess ? ["setpriv", "--bounding-set=-dac_override"] : [];

    private static async Task LimitFilesAsync(int process, int bytes)
    {
        using var prlimit = Process.Start("prlimit", ["--pid", $"{process}", $"--fsize={bytes}:{bytes}"]);
        await prlimit.WaitForExitAsync();
        Assert.Equal(0, prlimit.ExitCode);
    }
}
