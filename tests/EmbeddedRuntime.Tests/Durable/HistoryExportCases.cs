using Microsoft.Data.Sqlite;
using MultiAgentInfra.EmbeddedRuntime.Engine;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

public sealed class HistoryExportCases : IDisposable
{
    // Each of these characters means something in a URI or in a connection string.
    private readonly DirectoryInfo _copies = Directory.CreateTempSubdirectory("odd #name?%41;=é ");

    public void Dispose() => _copies.Delete(recursive: true);

    [Fact]
    public async Task A_history_is_read_beside_a_running_engine_after_its_stop_and_after_its_death()
    {
        await using var engine = await StartAsync();
        var running = HistoryExport.Read(engine.DatabasePath, "i");
        // What a killed process leaves: the log is not yet in the file.
        var died = Copy(engine, "died", "", "-wal");
        var diedWithIndex = Copy(engine, "died-with-index", "", "-wal", "-shm");
        await engine.StopAsync();

        Assert.NotEmpty(running!.Events);
        foreach (var path in new[] { died, diedWithIndex, engine.DatabasePath, Copy(engine, "stopped", "") })
            Assert.Equal(HistoryFile.Write(running), HistoryFile.Write(HistoryExport.Read(path, "i")!));
    }

    [Fact]
    public async Task Reading_leaves_no_file_and_no_lock_behind()
    {
        await using var engine = await StartAsync();
        await engine.StopAsync();
        var copy = Copy(engine, "stopped", "");
        var content = await File.ReadAllBytesAsync(copy, TestContext.Current.CancellationToken);

        HistoryExport.Read(copy, "i");

        Assert.Equal([copy], Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(copy)!));
        Assert.Equal(content, await File.ReadAllBytesAsync(copy, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_can_be_read()
    {
        await using var engine = await StartAsync();
        await engine.StopAsync();
        var copy = Copy(engine, "read-only", "");
        File.SetUnixFileMode(copy, UnixFileMode.UserRead);
        File.SetUnixFileMode(Path.GetDirectoryName(copy)!, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            Assert.NotNull(HistoryExport.Read(copy, "i"));
        }
        finally
        {
            File.SetUnixFileMode(Path.GetDirectoryName(copy)!, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public async Task Instances_are_found_by_a_part_of_their_id_or_input()
    {
        await using var engine = await StartAsync();

        Assert.Equal(["i"], HistoryExport.Find(engine.DatabasePath, "I"));
        Assert.Equal(["i", "j"], HistoryExport.Find(engine.DatabasePath, "orange"));
        Assert.Empty(HistoryExport.Find(engine.DatabasePath, "apple"));
        Assert.Null(HistoryExport.Read(engine.DatabasePath, "orange"));
    }

    [Theory]
    [InlineData(99, "has schema version 99; this program knows up to")]
    [InlineData(0, "has schema version 0, older than this program's")]
    public async Task A_file_of_another_program_is_refused_and_left_as_it_is(int version, string problem)
    {
        await using var engine = await StartAsync();
        await engine.StopAsync();
        var copy = Copy(engine, "other", "");
        SetVersion(copy, version);
        var content = await File.ReadAllBytesAsync(copy, TestContext.Current.CancellationToken);

        var refused = Assert.Throws<InvalidOperationException>(() => HistoryExport.Read(copy, "i"));

        Assert.StartsWith($"The database {copy} {problem}", refused.Message);
        Assert.Equal(content, await File.ReadAllBytesAsync(copy, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_file_that_is_not_there_is_named_and_not_made()
    {
        var path = Path.Combine(_copies.FullName, "none.db");

        Assert.Contains(path, Assert.Throws<FileNotFoundException>(() => HistoryExport.Read(path, "i")).Message);

        Assert.Empty(_copies.EnumerateFileSystemInfos());
    }

    private static async Task<TestEngine> StartAsync()
    {
        var engine = await TestEngine.StartAsync(256, tasks => tasks.AddOrchestratorFunc<string, string>("Echo", (_, input) => Task.FromResult(input)!));
        foreach (var id in new[] { "i", "j" })
            await engine.FinishAsync(await engine.Client.ScheduleNewOrchestrationInstanceAsync("Echo", "Orange", new StartOrchestrationOptions(id)));
        return engine;
    }

    private string Copy(TestEngine engine, string name, params string[] suffixes)
    {
        var path = Path.Combine(_copies.CreateSubdirectory(name).FullName, "durable.db");
        foreach (var suffix in suffixes)
            File.Copy(engine.DatabasePath + suffix, path + suffix);
        return path;
    }

    private static void SetVersion(string path, int version)
    {
        using var connection = new SqliteConnection($"Data Source=\"{path}\";Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"PRAGMA user_version = {version}";
        command.ExecuteNonQuery();
    }
}
