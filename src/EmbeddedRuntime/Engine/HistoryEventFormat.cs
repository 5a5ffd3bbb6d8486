using System.Globalization;
using System.Text.Json;

namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>How each kind of event is written in a history file, one line an event.</summary>
internal static class HistoryEventFormat
{
    // The fields of a kind in their order; the start has none, since the head of the file holds its parts.
    private static readonly Dictionary<EventKind, Field[]> Fields = new()
    {
        [EventKind.TurnStarted] = [new("time", Column.Time)],
        [EventKind.ExecutionStarted] = [],
        [EventKind.TaskScheduled] = [new("id", Column.Id), new("name", Column.Name), new("version", Column.Detail)],
        [EventKind.TaskCompleted] = [new("id", Column.Id), new("output", Column.Data)],
        [EventKind.TaskFailed] = [new("id", Column.Id), new("failure", Column.Failure)],
        [EventKind.TimerCreated] = [new("id", Column.Id), new("fireAt", Column.Time)],
        [EventKind.TimerFired] = [new("id", Column.Id), new("fireAt", Column.Time)],
        [EventKind.SubOrchestrationCreated] = [new("id", Column.Id), new("name", Column.Name), new("instanceId", Column.Detail)],
        [EventKind.SubOrchestrationCompleted] = [new("id", Column.Id), new("output", Column.Data)],
        [EventKind.SubOrchestrationFailed] = [new("id", Column.Id), new("failure", Column.Failure)],
        [EventKind.EventSent] = [new("id", Column.Id), new("name", Column.Name), new("instanceId", Column.Detail)],
        [EventKind.EventRaised] = [new("name", Column.Name), new("payload", Column.Data)],
        [EventKind.Suspended] = [new("reason", Column.Text)],
        [EventKind.Resumed] = [new("reason", Column.Text)],
        [EventKind.Terminated] = [new("output", Column.Data), new("scope", Column.Scope)],
        [EventKind.ExecutionCompleted] = [new("status", Column.Name), new("time", Column.Time)],
        [EventKind.ForeignAwait] = [],
    };

    private enum Column
    {
        Id,
        Name,
        Time,
        Detail,
        Failure,

        /// <summary>Serialised data; may be missing.</summary>
        Data,

        /// <summary>A payload that is a plain text; may be missing.</summary>
        Text,

        /// <summary>A detail that may be missing.</summary>
        Scope,
    }

    /// <exception cref="InvalidOperationException">The format has no place for something of the event.</exception>
    public static void Write(Utf8JsonWriter json, HistoryEvent recorded)
    {
        json.WriteStartObject();
        json.WriteString("kind", recorded.Kind.ToString());
        var unsaid = recorded.Kind == EventKind.ExecutionStarted ? new HistoryEvent(recorded.Kind) : recorded;
        foreach (var field in Fields[recorded.Kind])
            unsaid = Write(json, field, recorded, unsaid);
        if (unsaid != new HistoryEvent(recorded.Kind))
            throw new InvalidOperationException($"The format of histories has no field for a part of {recorded}.");
        json.WriteEndObject();
    }

    public static HistoryEvent Read(HistoryFields fields, Func<HistoryEvent> start)
    {
        var kind = fields.Name<EventKind>("kind");
        fields.Place += $" ({kind})";
        var read = Fields[kind].Aggregate(kind == EventKind.ExecutionStarted ? start() : new HistoryEvent(kind), (read, field) => Read(fields, field, read));
        fields.RequireNoMore();
        return read;
    }

    private static HistoryEvent Write(Utf8JsonWriter json, Field field, HistoryEvent recorded, HistoryEvent unsaid)
    {
        switch (field.Column)
        {
            case Column.Id:
                json.WriteNumber(field.Name, recorded.TaskId);
                return unsaid with { TaskId = 0 };
            case Column.Name:
                json.WriteString(field.Name, recorded.Name);
                return unsaid with { Name = null };
            case Column.Time:
                json.WriteString(field.Name, recorded.Time.ToString("O", CultureInfo.InvariantCulture));
                return unsaid with { Time = default };
            case Column.Failure:
                HistoryFile.WriteFailure(json, field.Name, FailureText.Parse(recorded.Payload));
                return unsaid with { Payload = null };
            case Column.Data:
                HistoryFile.WriteData(json, field.Name, recorded.Payload);
                return unsaid with { Payload = null };
            case Column.Text:
                HistoryFile.WriteText(json, field.Name, recorded.Payload);
                return unsaid with { Payload = null };
            default:
                HistoryFile.WriteText(json, field.Name, recorded.Detail);
                return unsaid with { Detail = null };
        }
    }

    private static HistoryEvent Read(HistoryFields fields, Field field, HistoryEvent read) => field.Column switch
    {
        Column.Id => read with { TaskId = fields.Number(field.Name) },
        Column.Name => read with { Name = fields.Text(field.Name) },
        Column.Time => read with { Time = fields.Time(field.Name) },
        Column.Detail => read with { Detail = fields.Text(field.Name) },
        Column.Failure => read with { Payload = FailureText.ToJson(fields.Failure(field.Name)) },
        Column.Data => read with { Payload = fields.Data(field.Name) },
        Column.Text => read with { Payload = fields.Has(field.Name) ? fields.Text(field.Name) : null },
        _ => read with { Detail = fields.Has(field.Name) ? fields.Text(field.Name) : null },
    };

    private sealed record Field(string Name, Column Column);
}
