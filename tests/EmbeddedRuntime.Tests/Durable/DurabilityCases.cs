using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MultiAgentInfra.EmbeddedRuntime.Engine;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

public sealed class DurabilityCases
{
    [Fact]
    public async Task A_replay_after_a_restart_does_not_run_finished_activities_again()
    {
        var calls = new List<int>();
        await using var engine = await TestEngine.StartAsync(256, tasks => tasks
            .AddOrchestratorFunc<int>("Run", async context =>
            {
                var first = await context.CallActivityAsync<int>("Step", 1);
                await context.WaitForExternalEvent<string>("go");
                return first + await context.CallActivityAsync<int>("Step", 2);
            })
            .AddActivityFunc<int, int>("Step", (_, step) =>
            {
                calls.Add(step);
                return step;
            }));
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Run");
        await TestEngine.EventuallyAsync(() => Task.FromResult(calls.Count == 1));
        await engine.RestartAsync();
        await engine.Client.RaiseEventAsync(id, "go", "");
        Assert.Equal(3, (await engine.FinishAsync(id)).ReadOutputAs<int>());
        Assert.Equal([1, 2], calls);
    }

    [Fact]
    public async Task An_activity_in_flight_at_a_crash_runs_again()
    {
        var calls = 0;
        var never = new TaskCompletionSource<string?>();
        await using var engine = await TestEngine.StartAsync(256, tasks => tasks
            .AddOrchestratorFunc<string>("Run", context => context.CallActivityAsync<string>("Try")!)
            .AddActivityFunc<string>("Try", _ => Interlocked.Increment(ref calls) == 1 ? never.Task : Task.FromResult<string?>("second")));
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Run");
        await TestEngine.EventuallyAsync(() => Task.FromResult(calls == 1));
        await engine.CrashAndRestartAsync();
        Assert.Equal("second", (await engine.FinishAsync(id)).ReadOutputAs<string>());
        never.SetResult("too late");
        Assert.Equal("second", (await engine.FinishAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task What_a_client_was_told_is_there_after_a_crash()
    {
        await using var engine = await TestEngine.StartAsync(256, tasks => tasks
            .AddOrchestratorFunc<string>("Run", async context => await context.WaitForExternalEvent<string>("go")));
        var ids = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => engine.Client.ScheduleNewOrchestrationInstanceAsync("Run")));
        await engine.CrashAndRestartAsync();
        await Task.WhenAll(ids.Select(id => engine.Client.RaiseEventAsync(id, "go", id)));
        await engine.CrashAndRestartAsync();
        foreach (var id in ids)
            Assert.Equal(id, (await engine.FinishAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_second_engine_on_the_same_file_is_refused_with_a_reason()
    {
        await using var engine = await TestEngine.StartAsync(256, _ => { });
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            DurableEngine.StartAsync(engine.Options(), new DurableTaskRegistry(), new ServiceCollection().BuildServiceProvider()));
        Assert.Contains("in use by another process", refused.Message);
    }

    [Fact]
    public async Task A_file_of_a_newer_program_is_refused()
    {
        await using var engine = await TestEngine.StartAsync(256, _ => { });
        await engine.StopAsync();
        Tamper(engine.DatabasePath, "PRAGMA user_version = 99");
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => engine.RestartAsync());
        Assert.Contains("schema version 99", refused.Message);
    }

    [Fact]
    public async Task The_log_is_folded_into_the_file_at_a_stop()
    {
        await using var engine = await TestEngine.StartAsync(256, _ => { });
        Assert.True(File.Exists(engine.DatabasePath + "-wal"));
        await engine.StopAsync();
        Assert.False(File.Exists(engine.DatabasePath + "-wal"));
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_stops_the_engine_and_everybody_is_told()
    {
        await using var engine = await TestEngine.StartAsync(256, tasks => tasks
            .AddOrchestratorFunc<string>("Run", async context => await context.WaitForExternalEvent<string>("go")));
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Run");
        var wait = engine.Client.WaitForInstanceCompletionAsync(id);
        Tamper(engine.DatabasePath, "DROP TABLE NewEvents");
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => engine.Client.RaiseEventAsync(id, "go"));
        Assert.Contains("no such table", refused.Message);
        await Assert.ThrowsAnyAsync<Exception>(() => wait);
        Assert.IsType<SqliteException>(await engine.Failed);
        await Assert.ThrowsAsync<InvalidOperationException>(() => engine.Client.ScheduleNewOrchestrationInstanceAsync("Run"));
    }

    [Fact]
    public async Task After_a_stop_the_client_says_so_instead_of_hanging()
    {
        await using var engine = await TestEngine.StartAsync(256, tasks => tasks
            .AddOrchestratorFunc<string>("Run", async context => await context.WaitForExternalEvent<string>("go")));
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Run");
        var wait = engine.Client.WaitForInstanceCompletionAsync(id);
        await engine.StopAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => wait);
        await Assert.ThrowsAsync<InvalidOperationException>(() => engine.Client.RaiseEventAsync(id, "go"));
    }

    [Fact]
    public async Task An_application_gets_the_engine_and_its_client_by_registration()
    {
        var folder = Directory.CreateTempSubdirectory("durable-");
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddEmbeddedDurableTask(
            options => options.DatabasePath = Path.Combine(folder.FullName, "engine.db"),
            tasks => tasks.AddOrchestratorFunc<string, string>("Echo", (_, input) => input));
        using (var host = builder.Build())
        {
            await host.StartAsync();
            var client = host.Services.GetRequiredService<DurableTaskClient>();
            var id = await client.ScheduleNewOrchestrationInstanceAsync("Echo", "hello");
            Assert.Equal("hello", (await client.WaitForInstanceCompletionAsync(id, true)).ReadOutputAs<string>());
            await host.StopAsync();
        }

        folder.Delete(recursive: true);
    }

    private static void Tamper(string databasePath, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={databasePath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
