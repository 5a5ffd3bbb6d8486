using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>
/// The file format of a history: JSON with one line an event, kinds by name and times in UTC. Its head has format, instanceId, orchestrator, version,
/// parent, tags, status, input, output and failure; then come the events. Serialised data stand as they are, and stack traces are left out.
/// </summary>
public static class HistoryFile
{
    /// <summary>The version of the format that is written; no other is read.</summary>
    public const int Format = 1;

    internal const string TextSuffix = "Text";

    internal static readonly JsonSerializerOptions FailureFormat = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    // The serialiser's own limit is 64, and a file puts its data three levels deeper.
    private const int MaxDepth = 128;

    /// <summary>The text of a file.</summary>
    public static string Write(InstanceHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);
        return ToText(indented: true, json =>
        {
            json.WriteStartObject();
            WriteHead(json, history);
            json.WritePropertyName("events");
            var lines = history.Events.Select(recorded => "\n    " + ToText(indented: false, line => HistoryEventFormat.Write(line, recorded)));
            json.WriteRawValue($"[{string.Join(',', lines)}\n  ]");
            json.WriteEndObject();
        }) + "\n";
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="FormatException">It is no history of this format; the message names the file, the event and the field.</exception>
    public static InstanceHistory Read(string path) => Parse(File.ReadAllText(path), Path.GetFileName(path));

    /// <summary>Reads the text of a file.</summary>
    /// <param name="source">Names the text in errors.</param>
    /// <exception cref="FormatException">It is no history of this format; the message names the source, the event and the field.</exception>
    public static InstanceHistory Parse(string json, string source)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaxDepth });
            var history = Read(new HistoryFields(document.RootElement, source));
            TurnOrder.Require(history, source);
            return history;
        }
        catch (JsonException exception)
        {
            throw new FormatException($"{source} is no JSON: {exception.Message}", exception);
        }
    }

    internal static void WriteFailure(Utf8JsonWriter json, string field, TaskFailureDetails failure)
    {
        json.WritePropertyName(field);
        json.WriteRawValue(JsonSerializer.Serialize(InstanceHistory.WithoutStackTraces(failure), FailureFormat));
    }

    internal static void WriteData(Utf8JsonWriter json, string field, string? data)
    {
        if (data is null)
            return;
        if (!IsJson(data))
        {
            json.WriteString(field + TextSuffix, data);
            return;
        }

        json.WritePropertyName(field);
        json.WriteRawValue(data);
    }

    internal static void WriteText(Utf8JsonWriter json, string field, string? text)
    {
        if (text is not null)
            json.WriteString(field, text);
    }

    private static void WriteHead(Utf8JsonWriter json, InstanceHistory history)
    {
        json.WriteNumber("format", Format);
        json.WriteString("instanceId", history.InstanceId);
        json.WriteString("orchestrator", history.Orchestrator);
        json.WriteString("version", history.Version);
        if (history.Parent is { } parent)
        {
            json.WriteStartObject("parent");
            json.WriteString("name", parent.Name);
            json.WriteString("instanceId", parent.InstanceId);
            json.WriteEndObject();
        }

        if (history.Tags is { } tags)
        {
            json.WriteStartObject("tags");
            foreach (var (name, value) in tags.OrderBy(tag => tag.Key, StringComparer.Ordinal))
                json.WriteString(name, value);
            json.WriteEndObject();
        }

        json.WriteString("status", history.Status.ToString());
        WriteData(json, "input", history.Input);
        WriteData(json, "output", history.Output);
        if (history.Failure is { } failure)
            WriteFailure(json, "failure", failure);
    }

    private static InstanceHistory Read(HistoryFields head)
    {
        var format = head.Number("format");
        if (format != Format)
            throw head.Error("format", $"is {format}, and this program reads {Format}");
        var events = head.Take("events");
        if (events.ValueKind != JsonValueKind.Array)
            throw head.Error("events", "is no list");
        var history = new InstanceHistory
        {
            InstanceId = head.Text("instanceId"),
            Orchestrator = head.Text("orchestrator"),
            Version = head.Text("version"),
            Parent = head.Has("parent") ? ReadParent(head.Object("parent")) : null,
            Tags = head.Has("tags") ? head.Texts("tags") : null,
            Status = head.Name<OrchestrationRuntimeStatus>("status"),
            Input = head.Data("input"),
            Output = head.Data("output"),
            Failure = head.Has("failure") ? head.Failure("failure") : null,
        };
        head.RequireNoMore();
        return history with
        {
            Events = [.. events.EnumerateArray().Select((recorded, index) =>
                HistoryEventFormat.Read(new HistoryFields(recorded, $"{head.Place}, event {index}"), history.Start))],
        };
    }

    private static ParentOrchestrationInstance ReadParent(HistoryFields parent)
    {
        var read = new ParentOrchestrationInstance(parent.Text("name"), parent.Text("instanceId"));
        parent.RequireNoMore();
        return read;
    }

    private static bool IsJson(string text)
    {
        try
        {
            // Less deep than a file, so that what is written here can be read again.
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MaxDepth - 8 });
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string ToText(bool indented, Action<Utf8JsonWriter> write)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, new JsonWriterOptions { Indented = indented, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            write(json);
        return Encoding.UTF8.GetString(text.ToArray());
    }
}
