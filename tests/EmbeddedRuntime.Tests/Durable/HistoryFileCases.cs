using MultiAgentInfra.EmbeddedRuntime.Engine;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

public sealed class HistoryFileCases
{
    private static readonly DateTime Noon = new(2030, 1, 31, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void Every_kind_of_event_is_read_as_it_was_written()
    {
        var history = Sample();

        var read = HistoryFile.Parse(HistoryFile.Write(history), "sample");

        Assert.Equal(Enum.GetValues<EventKind>(), history.Events.Select(recorded => recorded.Kind).Distinct().Order());
        Assert.Equal(history.Events, read.Events);
        Assert.Equal(history.Tags, read.Tags);
        Assert.Equal(history with { Tags = null, Events = [] }, read with { Tags = null, Events = [] });
    }

    [Fact]
    public void A_file_is_one_line_an_event_with_kinds_by_name_and_data_as_they_are()
    {
        var text = HistoryFile.Write(Sample());

        Assert.StartsWith("""
            {
              "format": 1,
              "instanceId": "child",
              "orchestrator": "Sample",
              "version": "2",
              "parent": {
                "name": "Root",
                "instanceId": "root"
              },
              "tags": {
                "color": "green"
              },
              "status": "Failed",
              "input": {"a": 1},
              "failure": {"errorType":"System.IO.IOException","errorMessage":"it's full","innerFailure":{"errorType":"E","errorMessage":"inner"}},
              "events": [
                {"kind":"TurnStarted","time":"2030-01-31T12:00:00.0000000Z"},
                {"kind":"ExecutionStarted"},

            """.ReplaceLineEndings("\n"), text);
        Assert.Contains("""{"kind":"TaskScheduled","id":0,"name":"Work","version":"2"},""", text);
        Assert.Contains("""{"kind":"EventRaised","name":"raw","payloadText":"no {JSON"},""", text);
        Assert.DoesNotContain("at Somewhere", text);
    }

    [Theory]
    [InlineData("\"format\": 1", "\"format\": 2", "sample: \"format\" is 2, and this program reads 1.")]
    [InlineData("\"format\": 1", "\"formal\": 1", "sample: \"format\" is missing.")]
    [InlineData("\"version\": \"2\"", "\"version\": 2", "sample: \"version\" is no text.")]
    [InlineData("\"version\": \"2\"", "\"version\": \"2\", \"version\": \"3\"", "sample: \"version\" is there twice.")]
    [InlineData("\"version\": \"2\"", "\"version\": \"2\", \"extra\": 3", "sample: \"extra\" is no field of it.")]
    [InlineData("\"name\": \"Root\"", "\"nome\": \"Root\"", "sample: \"parent\": \"name\" is missing.")]
    [InlineData("\"color\": \"green\"", "\"color\": 3", "sample: \"tags\": \"color\" is no text.")]
    [InlineData("\"status\": \"Failed\"", "\"status\": \"3\"", "sample: \"status\" is '3', which is none of Running, ")]
    [InlineData("\"errorType\":\"System.IO.IOException\",", "", "sample: \"failure\" is no failure with errorType, ")]
    [InlineData("\"errorMessage\":\"inner\"", "\"text\":\"inner\"", "sample: \"failure\" is no failure with errorType, ")]
    [InlineData("\"kind\":\"ExecutionStarted\"", "\"kind\":\"1\"", "sample, event 1: \"kind\" is '1', which is none of TurnStarted, ")]
    [InlineData("\"kind\":\"ExecutionStarted\"", "\"kind\":\"ExecutionStarted\",\"id\":1", "sample, event 1 (ExecutionStarted): \"id\" is no field of it.")]
    [InlineData("\"id\":0,\"name\":\"Work\"", "\"id\":0.5,\"name\":\"Work\"", "sample, event 2 (TaskScheduled): \"id\" is no whole number.")]
    [InlineData("\"name\":\"Work\",", "", "sample, event 2 (TaskScheduled): \"name\" is missing.")]
    [InlineData("2030-01-31T12:00:01.0000000Z", "2030-01-31T12:00:01", "sample, event 6 (TurnStarted): \"time\" is no time such as 2030-01-31T12:00:00.0000000Z.")]
    [InlineData("2030-01-31T12:00:01.0000000Z", "2030-01-31T11:00:01.0000000Z", "sample, event 6 (TurnStarted) turns the clock back.")]
    [InlineData("{\"kind\":\"ForeignAwait\"}", "{\"kind\":\"EventSent\",\"id\":5,\"name\":\"n\",\"instanceId\":\"i\"}", "sample, event 16 (Terminated) comes after the steps of its turn.")]
    [InlineData("{\"kind\":\"ForeignAwait\"}", "{\"kind\":\"ExecutionStarted\"}", "sample has two events of the kind ExecutionStarted.")]
    [InlineData("{\"kind\":\"ForeignAwait\"}", "{\"kind\":\"ExecutionCompleted\",\"status\":\"Failed\",\"time\":\"2030-01-31T12:00:01.0000000Z\"}", "sample, event 15 (ExecutionCompleted) is not the last one.")]
    [InlineData("{\"kind\":\"ForeignAwait\"}", "7", "sample, event 15 is no object.")]
    [InlineData("\"kind\":\"ExecutionCompleted\",\"status\":\"Failed\"", "\"kind\":\"ExecutionCompleted\",\"status\":\"Completed\"", "sample, event 17 (ExecutionCompleted): \"status\" is Completed, but the history's is Failed.")]
    [InlineData("\"kind\":\"ExecutionCompleted\",\"status\":\"Failed\",\"time\":\"2030-01-31T12:00:01.0000000Z\"", "\"kind\":\"Resumed\"", "sample: \"status\" is Failed, but the last event is no ExecutionCompleted.")]
    [InlineData("{\"kind\":\"TurnStarted\",\"time\":\"2030-01-31T12:00:00.0000000Z\"},", "", "sample, event 0 (ExecutionStarted) comes before the first turn.")]
    [InlineData("{\n  \"format\"", "[{ \"format\"", "sample is no JSON: ")]
    public void What_is_wrong_in_a_file_is_refused_with_its_place(string right, string wrong, string problem)
    {
        var text = HistoryFile.Write(Sample());
        Assert.Contains(right, text);
        var place = text.IndexOf(right, StringComparison.Ordinal);

        var refused = Assert.Throws<FormatException>(() => HistoryFile.Parse(string.Concat(text.AsSpan(0, place), wrong, text.AsSpan(place + right.Length)), "sample"));

        Assert.StartsWith(problem, refused.Message);
    }

    [Fact]
    public void An_event_that_the_format_has_no_place_for_is_not_written_in_part()
    {
        var history = Sample() with { Events = [new HistoryEvent(EventKind.TurnStarted, Time: Noon), new HistoryEvent(EventKind.TaskCompleted, 3, Name: "odd")] };
        Assert.Contains("TaskCompleted odd (#3)", Assert.Throws<InvalidOperationException>(() => HistoryFile.Write(history)).Message);
    }

    /// <summary>No orchestrator made it: it has an event of each kind, in an order that is allowed.</summary>
    private static InstanceHistory Sample()
    {
        var failure = new TaskFailureDetails("System.IO.IOException", "it's full", null, new TaskFailureDetails("E", "inner", null, null, null), null);
        var history = new InstanceHistory
        {
            InstanceId = "child",
            Orchestrator = "Sample",
            Version = "2",
            Status = OrchestrationRuntimeStatus.Failed,
            Input = """{"a": 1}""",
            Failure = failure,
            Parent = new ParentOrchestrationInstance("Root", "root"),
            Tags = new Dictionary<string, string> { ["color"] = "green" },
        };
        return history with
        {
            Events =
            [
                new HistoryEvent(EventKind.TurnStarted, Time: Noon),
                history.Start(),
                new HistoryEvent(EventKind.TaskScheduled, 0, "Work", Detail: "2"),
                new HistoryEvent(EventKind.TimerCreated, 1, Time: Noon.AddDays(1)),
                new HistoryEvent(EventKind.SubOrchestrationCreated, 2, "Child", Detail: "child-2"),
                new HistoryEvent(EventKind.EventSent, 3, "ping", Detail: "other"),
                new HistoryEvent(EventKind.TurnStarted, Time: Noon.AddSeconds(1)),
                new HistoryEvent(EventKind.TaskCompleted, 0, Payload: """["x", null]"""),
                new HistoryEvent(EventKind.TaskFailed, 4, Payload: FailureText.ToJson(failure)),
                new HistoryEvent(EventKind.TimerFired, 1, Time: Noon.AddDays(1)),
                new HistoryEvent(EventKind.SubOrchestrationCompleted, 2),
                new HistoryEvent(EventKind.SubOrchestrationFailed, 5, Payload: FailureText.ToJson(failure)),
                new HistoryEvent(EventKind.EventRaised, Name: "raw", Payload: "no {JSON"),
                new HistoryEvent(EventKind.Suspended, Payload: "lunch"),
                new HistoryEvent(EventKind.Resumed),
                new HistoryEvent(EventKind.ForeignAwait),
                new HistoryEvent(EventKind.Terminated, Payload: "null", Detail: InstanceCommands.Recursive),
                new HistoryEvent(EventKind.ExecutionCompleted, Name: "Failed", Time: Noon.AddSeconds(1)),
            ],
        };
    }
}
