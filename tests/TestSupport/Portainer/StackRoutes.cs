using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>Stacks: their rows, and who may do what to them.</summary>
internal sealed class StackRoutes(PortainerState state, KubernetesStacks kubernetes)
{
    public PortainerAnswer Create(PortainerCall call)
    {
        var (type, method) = (call.Context.Request.RouteValues["type"]?.ToString(), call.Context.Request.RouteValues["method"]?.ToString());
        if (type is not ("kubernetes" or "standalone" or "swarm"))
            throw new PortainerException(400, "Invalid query parameter: type", "Invalid query parameter: type");
        if (call.Number("endpointId") is not { } id)
            throw new PortainerException(400, "Invalid query parameter: endpointId", "Missing query parameter: endpointId");
        var environment = state.Environment(id, call.User);
        return (type, method) switch
        {
            ("kubernetes", "string") => kubernetes.Create(call, environment),
            _ => throw new PortainerException(400, "Invalid value for query parameter: method", $"This stand-in has no stacks of {type}/{method}"),
        };
    }

    // A filter of an environment keeps the stacks of Compose and Swarm only, and a user who is no administrator never sees one of Kubernetes.
    public PortainerAnswer List(PortainerCall call)
    {
        var filters = call.Argument("filters") is { Length: > 0 } text ? JsonNode.Parse(text) : null;
        if (filters.Flag("IncludeOrphanedStacks") && !call.User.IsAdmin)
            throw new PortainerException(403, "Permission denied to access orphaned stacks");
        var rows = call.IsStale ? state.StaleStacks : [.. state.Stacks.Values];
        var environmentId = filters.Number("EndpointID");
        return PortainerAnswer.Ok(new JsonArray([.. rows
            .Where(row => environmentId is null or 0 || (row.EnvironmentId == environmentId && row.Type is 1 or 2))
            .Where(row => call.User.IsAdmin)
            .Select(row => row.ToJson())]));
    }

    public PortainerAnswer Get(PortainerCall call) => PortainerAnswer.Ok(Find(call, out _).ToJson());

    public PortainerAnswer File(PortainerCall call) => PortainerAnswer.Ok(new JsonObject { ["StackFileContent"] = Find(call, out _).File });

    public PortainerAnswer Update(PortainerCall call)
    {
        var row = Find(call, out _);
        if (call.Number("endpointId") is not { } id)
            throw new PortainerException(400, "Invalid query parameter: endpointId", "Missing query parameter: endpointId");
        // Another environment than the stored one moves the stack, and nobody is told.
        return kubernetes.Update(call, state.Environment(id, call.User), row);
    }

    public PortainerAnswer Delete(PortainerCall call)
    {
        if (!state.Stacks.TryGetValue(call.Route("id"), out var row))
            throw NotFound();
        var isOrphaned = call.Number("endpointId") != row.EnvironmentId;
        if (isOrphaned && !call.User.IsAdmin)
            throw new PortainerException(403, "Permission denied to remove orphaned stack");
        kubernetes.Delete(call, state.Environment(call.Number("endpointId") ?? 0, call.User), row);
        return PortainerAnswer.Empty;
    }

    public PortainerAnswer DeleteByName(PortainerCall call)
    {
        var name = call.Context.Request.RouteValues["name"]?.ToString();
        if (call.Argument("namespace") is not { Length: > 0 } @namespace)
            throw new PortainerException(400, "Invalid query parameter: namespace", "Missing query parameter: namespace");
        var environment = state.Environment(call.Number("endpointId"), call.User);
        var rows = state.Stacks.Values.Where(row => row.Name == name && row.Namespace == @namespace && row.EnvironmentId == environment.Id && row.Type == 3).ToArray();
        if (rows.Length == 0)
            throw new PortainerException(500, "Unable to find a stack with the specified name and namespace inside the database", "Object not found inside the database");
        foreach (var row in rows)
            kubernetes.Delete(call, environment, row);
        return PortainerAnswer.Empty;
    }

    public PortainerAnswer Start(PortainerCall call) => StartOrStop(call, "Starting");

    public PortainerAnswer Stop(PortainerCall call) => StartOrStop(call, "Stopping");

    private PortainerAnswer StartOrStop(PortainerCall call, string verb)
    {
        Find(call, out _);
        if (call.Number("endpointId") is null)
            throw new PortainerException(400, "Invalid query parameter: endpointId", "Missing query parameter: endpointId");
        var words = $"{verb} a kubernetes stack is not supported";
        throw new PortainerException(400, words, words);
    }

    private StackRow Find(PortainerCall call, out ManagedEnvironment environment)
    {
        var row = state.Stacks.GetValueOrDefault(call.Route("id")) ?? throw NotFound();
        environment = state.Environment(row.EnvironmentId, call.User);
        return row;
    }

    private static PortainerException NotFound() =>
        new(404, "Unable to find a stack with the specified identifier inside the database", "Object not found inside the database (bucket=stacks)");
}
