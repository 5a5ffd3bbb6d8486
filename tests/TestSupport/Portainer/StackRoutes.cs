using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>Stacks: their rows, and who may do what to them.</summary>
internal sealed class StackRoutes(PortainerState state, KubernetesStacks kubernetes, ComposeStacks compose)
{
    public Task<PortainerAnswer> CreateAsync(PortainerCall call)
    {
        var (type, method) = (call.Context.Request.RouteValues["type"]?.ToString(), call.Context.Request.RouteValues["method"]?.ToString());
        if (type is not ("kubernetes" or "standalone" or "swarm"))
            throw new PortainerException(400, "Invalid query parameter: type", "Invalid query parameter: type");
        if (call.Number("endpointId") is not { } id)
            throw new PortainerException(400, "Invalid query parameter: endpointId", "Missing query parameter: endpointId");
        var environment = state.Agenda.Run(() => state.Environment(id, call.User));
        return (type, method) switch
        {
            ("kubernetes", "string") => Task.FromResult(state.Agenda.Run(() => kubernetes.Create(call, environment))),
            ("standalone", "string") => compose.CreateAsync(call, environment),
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

    public PortainerAnswer Get(PortainerCall call) => PortainerAnswer.Ok(Find(call).ToJson());

    public PortainerAnswer File(PortainerCall call) => PortainerAnswer.Ok(new JsonObject { ["StackFileContent"] = Find(call).File });

    public Task<PortainerAnswer> UpdateAsync(PortainerCall call)
    {
        // Another environment than the stored one moves the stack, and nobody is told.
        var (row, environment) = state.Agenda.Run(() => (Find(call), state.Environment(EnvironmentId(call), call.User)));
        return row.Type == 3 ? Task.FromResult(state.Agenda.Run(() => kubernetes.Update(call, environment, row))) : compose.UpdateAsync(call, environment, row);
    }

    public async Task<PortainerAnswer> DeleteAsync(PortainerCall call)
    {
        var (row, environment) = state.Agenda.Run(() =>
        {
            var found = state.Stacks.GetValueOrDefault(call.Route("id")) ?? throw NotFound();
            if (call.Number("endpointId") != found.EnvironmentId && !call.User.IsAdmin)
                throw new PortainerException(403, "Permission denied to remove orphaned stack");
            return (found, state.Environment(call.Number("endpointId") ?? 0, call.User));
        });
        if (row.Type == 3)
            state.Agenda.Run(() => kubernetes.Delete(call, environment, row));
        else
            await compose.DeleteAsync(call, environment, row);
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

    public Task<PortainerAnswer> StartAsync(PortainerCall call) => SetRunningAsync(call, "Starting");

    public Task<PortainerAnswer> StopAsync(PortainerCall call) => SetRunningAsync(call, "Stopping");

    private Task<PortainerAnswer> SetRunningAsync(PortainerCall call, string verb)
    {
        var (row, environment) = state.Agenda.Run(() => (Find(call), state.Environment(EnvironmentId(call), call.User)));
        var words = $"{verb} a kubernetes stack is not supported";
        return row.Type == 3 ? throw new PortainerException(400, words, words) : compose.SetRunningAsync(environment, row, verb == "Starting");
    }

    private StackRow Find(PortainerCall call)
    {
        var row = state.Stacks.GetValueOrDefault(call.Route("id")) ?? throw NotFound();
        state.Environment(row.EnvironmentId, call.User);
        return row;
    }

    private static int EnvironmentId(PortainerCall call) =>
        call.Number("endpointId") ?? throw new PortainerException(400, "Invalid query parameter: endpointId", "Missing query parameter: endpointId");

    private static PortainerException NotFound() =>
        new(404, "Unable to find a stack with the specified identifier inside the database", "Object not found inside the database (bucket=stacks)");
}
