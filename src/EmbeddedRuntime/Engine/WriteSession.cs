using Microsoft.Data.Sqlite;

namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>The writes that the engine makes, as prepared statements inside the writer's transaction.</summary>
internal sealed class WriteSession(SqliteConnection connection, TimeProvider timeProvider) : IDisposable
{
    private const string EventColumns = "Kind, TaskId, Name, Payload, Detail, Time";
    private const string EventValues = "$kind, $task, $name, $payload, $detail, $time";

    private readonly Statement _insertInstance = new(
        connection,
        "INSERT INTO Instances (InstanceId, Name, Status, CreatedAt, UpdatedAt, Input, Detail, ParentInstanceId) "
        + "VALUES ($id, $name, $status, $now, $now, $input, $detail, $parent) RETURNING Execution",
        "id", "name", "status", "now", "input", "detail", "parent");

    private readonly Statement _findInstance = new(connection, "SELECT Execution, Status FROM Instances WHERE InstanceId = $id", "id");

    private readonly Statement _updateInstance = new(
        connection,
        "UPDATE Instances SET Status = $status, UpdatedAt = $now, Output = $output, Failure = $failure, "
        + "CustomStatus = CASE WHEN $hasCustom THEN $custom ELSE CustomStatus END WHERE Execution = $execution",
        "execution", "status", "now", "output", "failure", "hasCustom", "custom");

    private readonly Statement _startOver = new(
        connection,
        "REPLACE INTO Instances (InstanceId, Name, Status, CreatedAt, UpdatedAt, Input, CustomStatus, Detail, ParentInstanceId) "
        + "SELECT InstanceId, Name, $status, CreatedAt, $now, $input, CustomStatus, $detail, ParentInstanceId FROM Instances WHERE Execution = $execution "
        + "RETURNING Execution",
        "execution", "status", "now", "input", "detail");

    private readonly Statement _deleteInstance = new(connection, "DELETE FROM Instances WHERE Execution = $execution", "execution");
    private readonly Statement _deleteHistory = new(connection, "DELETE FROM History WHERE Execution = $execution", "execution");
    private readonly Statement _deleteInboxRow = new(connection, "DELETE FROM NewEvents WHERE Id = $id", "id");
    private readonly Statement _deleteTask = new(connection, "DELETE FROM NewTasks WHERE Id = $id", "id");

    private readonly Statement _dropInbox = new(
        connection,
        "DELETE FROM NewEvents WHERE InstanceId = $id AND ($execution IS NULL OR Execution = $execution) RETURNING Id",
        "id", "execution");

    private readonly Statement _deleteTimer = new(
        connection,
        $"DELETE FROM NewEvents WHERE InstanceId = $id AND Execution = $execution AND Kind = {(int)EventKind.TimerFired} AND TaskId = $task RETURNING Id",
        "id", "execution", "task");

    private readonly Statement _insertHistory = new(
        connection,
        $"INSERT INTO History (Execution, Seq, {EventColumns}) VALUES ($execution, $seq, {EventValues})",
        "execution", "seq", "kind", "task", "name", "payload", "detail", "time");

    private readonly Statement _insertInbox = new(
        connection,
        $"INSERT INTO NewEvents (Id, InstanceId, Execution, VisibleAt, {EventColumns}) VALUES ($row, $id, $execution, $visible, {EventValues}) RETURNING Id",
        "row", "id", "execution", "visible", "kind", "task", "name", "payload", "detail", "time");

    private readonly Statement _insertTask = new(
        connection,
        "INSERT INTO NewTasks (Execution, InstanceId, TaskId, Name, Version, Input) VALUES ($execution, $id, $task, $name, $version, $input) RETURNING Id",
        "execution", "id", "task", "name", "version", "input");

    private readonly Statement _childrenOf = new(connection, "SELECT InstanceId FROM Instances WHERE ParentInstanceId = $id", "id");

    /// <summary>For statements that are too rare to be kept prepared.</summary>
    public SqliteConnection Connection => connection;

    public long Now => timeProvider.GetUtcNow().UtcTicks;

    public (long Execution, OrchestrationRuntimeStatus Status)? FindInstance(string instanceId)
    {
        var found = _findInstance.Read(row => (row.Number(0), (OrchestrationRuntimeStatus)row.Number(1)), instanceId);
        return found is [var instance] ? instance : null;
    }

    public long InsertInstance(string instanceId, string name, string? input, StartDetail detail) =>
        _insertInstance.Scalar(instanceId, name, (int)OrchestrationRuntimeStatus.Pending, Now, input, detail.ToJson(), detail.Parent?.InstanceId)!.Value;

    public bool UpdateInstance(long execution, OrchestrationRuntimeStatus status, Completion? completion, CustomStatusChange? custom) =>
        _updateInstance.Execute(
            execution, (int)status, Now, completion?.Output, completion?.Failure is { } failure ? FailureText.ToJson(failure) : null, custom is not null, custom?.Value) == 1;

    public long StartOver(long execution, string? input, StartDetail detail) =>
        _startOver.Scalar(execution, (int)OrchestrationRuntimeStatus.Running, Now, input, detail.ToJson())!.Value;

    public void DeleteHistory(long execution) => _deleteHistory.Execute(execution);

    /// <summary>Deletes all that is stored of an instance but its started activities, whose results then find no reader.</summary>
    public void DeleteInstance(string instanceId, long execution)
    {
        DropInbox(instanceId, null);
        _deleteHistory.Execute(execution);
        _deleteInstance.Execute(execution);
    }

    public bool DeleteInboxRow(long id) => _deleteInboxRow.Execute(id) == 1;

    public bool DeleteTask(long row) => _deleteTask.Execute(row) == 1;

    public long? DeleteTimer(string instanceId, long execution, int taskId) => _deleteTimer.Scalar(instanceId, execution, taskId);

    /// <summary>Deletes what waits for an instance, or for one execution of it, and returns the rows.</summary>
    public IReadOnlyList<long> DropInbox(string instanceId, long? execution) => _dropInbox.Read(row => row.Number(0), instanceId, execution);

    public void InsertHistory(long execution, int seq, HistoryEvent entry) => _insertHistory.Execute(
        execution, seq, (int)entry.Kind, entry.TaskId, entry.Name, entry.Payload, entry.Detail, entry.Time.Ticks);

    /// <summary>Appends to the inbox, or puts the event where the given id sorts.</summary>
    public PendingEvent InsertInbox(string instanceId, long? execution, HistoryEvent entry, DateTime visibleAt = default, long? row = null)
    {
        var id = _insertInbox.Scalar(
            row, instanceId, execution, visibleAt.Ticks, (int)entry.Kind, entry.TaskId, entry.Name, entry.Payload, entry.Detail, entry.Time.Ticks)!.Value;
        return new PendingEvent(instanceId, execution, id, 0, entry);
    }

    public PendingActivity InsertTask(long execution, string instanceId, ScheduleActivity task) => new(
        _insertTask.Scalar(execution, instanceId, task.Id, task.Name, task.Version, task.Input)!.Value,
        execution, instanceId, task.Id, task.Name, task.Version, task.Input);

    public IReadOnlyList<string> ChildrenOf(string instanceId) => _childrenOf.Read(row => row.Text(0)!, instanceId);

    public void Dispose()
    {
        Statement[] statements =
        [
            _insertInstance, _findInstance, _updateInstance, _startOver, _deleteInstance, _deleteHistory, _dropInbox, _deleteInboxRow,
            _deleteTask, _deleteTimer, _insertHistory, _insertInbox, _insertTask, _childrenOf,
        ];
        foreach (var statement in statements)
            statement.Dispose();
    }
}
