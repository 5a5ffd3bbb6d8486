using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>Custom templates, which answer 500 to whatever is wrong with a new one.</summary>
internal sealed class TemplateRoutes(PortainerState state)
{
    private int _id;

    public PortainerAnswer List(PortainerCall call)
    {
        var types = call.Context.Request.Query["type"].Select(text => int.Parse(text!, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        return PortainerAnswer.Ok(new JsonArray([.. state.Templates.Values
            .Where(template => types.Length == 0 || types.Contains(template.Number("Type") ?? 0))
            .Select(Shown)]));
    }

    public PortainerAnswer Get(PortainerCall call) => PortainerAnswer.Ok(Shown(Find(call)));

    public PortainerAnswer File(PortainerCall call) => PortainerAnswer.Ok(new JsonObject { ["FileContent"] = Find(call).Text("FileContent") });

    public PortainerAnswer Delete(PortainerCall call)
    {
        state.Templates.Remove(Find(call).Number("Id")!.Value);
        return PortainerAnswer.Empty;
    }

    public PortainerAnswer Create(PortainerCall call)
    {
        const string unable = "Unable to create custom template";
        JsonObject body;
        try
        {
            body = call.Json();
        }
        catch (PortainerException exception)
        {
            throw new PortainerException(500, unable, exception.Details);
        }

        if (Problem(body) is { } problem)
            throw new PortainerException(500, unable, problem);
        if (state.Templates.Values.Any(template => template.Text("Title") == body.Text("Title")))
            throw new PortainerException(500, "Template name must be unique", "Template name must be unique");
        var made = Build(++_id, call.User, body);
        state.Templates[_id] = made;
        return PortainerAnswer.Ok(Shown(made));
    }

    public PortainerAnswer Replace(PortainerCall call)
    {
        var (old, body) = (Find(call), call.Json());
        if (Problem(body) is { } problem)
            throw PortainerException.BadPayload(problem);
        var id = old.Number("Id")!.Value;
        if (state.Templates.Values.Any(template => template.Text("Title") == body.Text("Title") && template.Number("Id") != id))
            throw new PortainerException(500, "Template name must be unique", "Template name must be unique");
        state.Templates[id] = Build(id, call.User, body);
        return PortainerAnswer.Ok(Shown(state.Templates[id]));
    }

    private static string? Problem(JsonObject body) => body switch
    {
        _ when body.Text("Title") is not { Length: > 0 } => "Invalid custom template title",
        _ when body.Text("Description") is not { Length: > 0 } => "Invalid custom template description",
        _ when body.Text("FileContent") is not { Length: > 0 } => "Invalid file content",
        _ when body.Number("Type") is not (>= 1 and <= 3) => "Invalid custom template type",
        _ when body.Number("Type") != 3 && body.Number("Platform") is not (1 or 2) => "Invalid custom template platform",
        _ when body.Text("Note")?.Contains("<img", StringComparison.Ordinal) is true => "Invalid note. <img> tag is not supported",
        _ when body.Items("Variables").Any(variable => variable.Text("name") is not { Length: > 0 }) => "Variable name is required",
        _ when body.Items("Variables").Any(variable => variable.Text("label") is not { Length: > 0 }) => "Variable label is required",
        _ => null,
    };

    private static JsonObject Build(int id, PortainerUser user, JsonObject body) => new()
    {
        ["Id"] = id,
        ["Title"] = body.Text("Title"),
        ["Description"] = body.Text("Description"),
        ["ProjectPath"] = $"/data/custom_templates/{id}",
        ["EntryPoint"] = "docker-compose.yml",
        ["CreatedByUserId"] = user.Id,
        ["Note"] = body.Text("Note") ?? "",
        ["Platform"] = body.Number("Platform") ?? 0,
        ["Logo"] = body.Text("Logo") ?? "",
        ["Type"] = body.Number("Type"),
        ["ResourceControl"] = null,
        ["Variables"] = JsonNode.Parse(body["Variables"]?.ToJsonString() ?? "[]"),
        ["GitConfig"] = null,
        ["IsComposeFormat"] = false,
        ["EdgeTemplate"] = false,
        ["FileContent"] = body.Text("FileContent"),
    };

    private static JsonObject Shown(JsonObject template)
    {
        var shown = template.Copy();
        shown.Remove("FileContent");
        return shown;
    }

    private JsonObject Find(PortainerCall call) => state.Templates.GetValueOrDefault(call.Route("id"))
        ?? throw new PortainerException(404, "Unable to find a custom template with the specified identifier inside the database", "Object not found inside the database (bucket=customtemplates)");
}
