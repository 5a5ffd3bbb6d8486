using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using MultiAgentInfra.EmbeddedRuntime.Engine;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

/// <summary>Runs a random program through its crashes and compares it with the model.</summary>
internal sealed class ProgramRun : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<string, int> _runs = new();
    private readonly RandomProgram _program;
    private readonly ProgramModel _model;
    private readonly ProgramWorld _world;
    private readonly CrashingEngine _engine;
    private bool _isStarted;

    private ProgramRun(RandomProgram program, int cached)
    {
        _program = program;
        _model = ProgramModel.Of(program);
        _world = new ProgramWorld(_model.Demands);
        _engine = new CrashingEngine(cached, AddTasks);
    }

    public static async Task CheckAsync(RandomProgram program, int cached, Action<CrashAt> onCrash)
    {
        await using var run = new ProgramRun(program, cached);
        await run.CheckAsync(onCrash);
    }

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    private async Task CheckAsync(Action<CrashAt> onCrash)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        var crashes = new Queue<CrashPoint>(_program.Crashes);
        try
        {
            crashes.TryDequeue(out var point);
            await _engine.StartAsync(point);
            while (!await TryFinishAsync(deadline.Token))
            {
                onCrash(point!.At);
                await _engine.CrashAsync();
                crashes.TryDequeue(out point);
                await _engine.StartAsync(point);
            }

            // What has ended stays as it is.
            await _engine.CrashAsync();
            await _engine.StartAsync();
            await AssertEndAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            throw new TimeoutException($"It does not go on. Left of the world's part: {_world}; stored:\n{Dump()}");
        }
    }

    private void AddTasks(DurableTaskRegistry tasks, CrashingEngine.Life life)
    {
        ProgramOrchestrators.Add(tasks);
        tasks.AddActivityFunc<string, string>("Work", (_, key) => life.Run(() => $"{key}#{Count(key!)}"));
        tasks.AddActivityFunc<FlakyInput, string>("Flaky", (_, input) =>
        {
            var run = life.Run(() => Count(input!.Key));
            return run > input!.Failures ? $"{input.Key}#{run}" : throw new IOException("broken");
        });
    }

    private int Count(string key) => _runs.AddOrUpdate(key, 1, (_, run) => run + 1);

    /// <summary>False when the engine has crashed.</summary>
    private async Task<bool> TryFinishAsync(CancellationToken deadline)
    {
        var life = _engine.Current;
        try
        {
            if (!_isStarted)
            {
                await _engine.Client.ScheduleNewOrchestrationInstanceAsync(
                    "Run", new NestInput(_program.Steps, false), new StartOrchestrationOptions(ProgramModel.Root), deadline);
                _isStarted = true;
                life.Reached(CrashAt.Command);
            }

            while (!life.IsCrashing)
            {
                if (_engine.Clock.NextTimer - _engine.Clock.GetUtcNow() is { } wait && wait > TimeSpan.Zero && (wait < ProgramOrchestrators.Far / 20 || IsAtRest()))
                    _engine.Clock.Advance(wait);
                await _world.ServeAsync(_engine, deadline);
                if ((await _engine.Client.GetInstanceAsync(ProgramModel.Root, deadline))!.IsCompleted)
                    return true;
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, deadline);
            }
        }
        catch (Exception exception) when (life.IsCrashing && exception is not OperationCanceledException)
        {
            // Whoever was waiting for the engine is told that it is gone.
        }

        return false;
    }

    private async Task AssertEndAsync(CancellationToken deadline)
    {
        var result = await _engine.Client.WaitForInstanceCompletionAsync(ProgramModel.Root, true, deadline);
        Assert.Equal((OrchestrationRuntimeStatus.Completed, null), (result.RuntimeStatus, result.FailureDetails?.ErrorMessage));
        var trace = result.ReadOutputAs<List<string>>()!;
        Assert.Equal(_model.Trace, trace.Select(entry => entry.Split('#')[0]));

        // A run after the recorded one would have a higher number.
        foreach (var entry in trace.Select(entry => entry.Split('#')).Where(parts => parts.Length == 2))
            Assert.Equal((entry[0], $"{_runs[entry[0]]}"), (entry[0], entry[1]));

        foreach (var (instance, expected) in _model.Ends)
        {
            var end = await _engine.Client.WaitForInstanceCompletionAsync(instance, true, deadline);
            Assert.Equal((instance, expected), (instance, new ExpectedEnd(end.RuntimeStatus, end.SerializedCustomStatus)));
        }

        using var connection = Open();
        using var soon = new CancellationTokenSource(Soon);
        while (Scalar(connection, "SELECT (SELECT count(*) FROM NewEvents) + (SELECT count(*) FROM NewTasks)") != 0)
        {
            Assert.False(soon.IsCancellationRequested, $"What nobody waits for is left:\n{Dump()}");
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, deadline);
        }

        // One answer for each call and one row for each event, which all have names or payloads of their own.
        Assert.Equal(0, Scalar(connection, TwiceInHistory(
            "TaskId",
            EventKind.TaskCompleted,
            EventKind.TaskFailed,
            EventKind.TimerFired,
            EventKind.SubOrchestrationCompleted,
            EventKind.SubOrchestrationFailed)));
        Assert.Equal(0, Scalar(connection, TwiceInHistory("Name, Payload", EventKind.EventRaised)));
        Assert.Equal(_model.Ends.Count, Scalar(connection, "SELECT count(*) FROM Instances"));
    }

    private static string TwiceInHistory(string key, params EventKind[] kinds) =>
        $"SELECT count(*) FROM (SELECT 1 FROM History WHERE Kind IN ({string.Join(", ", kinds.Select(kind => (int)kind))}) GROUP BY Execution, {key} HAVING count(*) > 1)";

    /// <summary>Whether nothing moves before a timer does, so that one that lost its race may fire.</summary>
    private bool IsAtRest()
    {
        using var connection = Open();
        return Scalar(connection, $"SELECT (SELECT count(*) FROM NewEvents WHERE Kind <> {(int)EventKind.TimerFired}) + (SELECT count(*) FROM NewTasks)") == 0;
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection($"Data Source={_engine.DatabasePath};Pooling=False;Mode=ReadOnly");
        connection.Open();
        return connection;
    }

    private static long Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    private string Dump()
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText =
            "SELECT 'instance ' || InstanceId || ' status ' || Status || ' ' || ifnull(CustomStatus, '') FROM Instances "
            + "UNION ALL SELECT 'event ' || Id || ' for ' || InstanceId || ' kind ' || Kind || ' ' || ifnull(Name, '') FROM NewEvents "
            + "UNION ALL SELECT 'task ' || Id || ' of ' || InstanceId || ' ' || Name FROM NewTasks";
        using var reader = command.ExecuteReader();
        var lines = new List<string>();
        while (reader.Read())
            lines.Add(reader.GetString(0));
        return string.Join('\n', lines);
    }
}
