using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>Stacks of a Docker environment. Without an engine behind it only their rows are kept.</summary>
internal sealed partial class ComposeStacks(PortainerState state, IReadOnlyDictionary<int, DockerProxy> engines)
{
    public async Task<PortainerAnswer> CreateAsync(PortainerCall call, ManagedEnvironment environment)
    {
        if (environment.IsKubernetes)
            throw new PortainerException(400, "Environment type does not match", "Environment type does not match");
        var body = call.Json();
        if (body.Text("Name") is not { Length: > 0 } given)
            throw PortainerException.BadPayload("Invalid stack name");
        if (body.Text("StackFileContent") is not { Length: > 0 } file)
            throw PortainerException.BadPayload("Invalid stack file content");
        var name = NotAllowed().Replace(given.ToLowerInvariant(), "");
        var row = state.Agenda.Run(() => state.Stacks.Values.Any(other => other.EnvironmentId == environment.Id && other.Name == name)
            ? throw new PortainerException(409, $"A stack with the normalized name '{name}' already exists", $"A stack with the normalized name '{name}' already exists")
            : new StackRow(state.NewStackId(), name, 2, environment.Id, "", file)
            {
                CreatedBy = call.User.Name,
                Created = state.Agenda.Now.ToUnixTimeSeconds(),
                Variables = Variables(body),
            });
        if (call.Remains != StackRemains.Row)
            await UpAsync(environment, row);
        if (call.Remains != StackRemains.Objects)
            state.Agenda.Run(() => state.Put(row));
        return PortainerAnswer.Ok(row.ToJson());
    }

    public async Task<PortainerAnswer> UpdateAsync(PortainerCall call, ManagedEnvironment environment, StackRow row)
    {
        var body = call.Json();
        if (body.Text("StackFileContent") is not { Length: > 0 } file)
            throw PortainerException.BadPayload("Invalid stack file content");
        var updated = row with
        {
            File = file,
            EnvironmentId = environment.Id,
            Variables = Variables(body),
            UpdatedBy = call.User.Name,
            Updated = state.Agenda.Now.ToUnixTimeSeconds(),
            Status = StackRow.Active,
        };
        if (call.Remains != StackRemains.Row)
            await UpAsync(environment, updated);
        if (call.Remains != StackRemains.Objects)
            state.Agenda.Run(() => state.Stacks[row.Id] = updated);
        return PortainerAnswer.Ok(updated.ToJson());
    }

    public async Task DeleteAsync(PortainerCall call, ManagedEnvironment environment, StackRow row)
    {
        if (call.Remains != StackRemains.Objects)
            await DownAsync(environment, row);
        if (call.Remains != StackRemains.Row)
            state.Agenda.Run(() => state.Drop(row.Id));
    }

    // To stop is to go down: the containers are removed, and their volumes stay.
    public async Task<PortainerAnswer> SetRunningAsync(ManagedEnvironment environment, StackRow row, bool running)
    {
        if (row.Status == (running ? StackRow.Active : StackRow.Inactive))
        {
            var words = $"Stack is already {(running ? "active" : "inactive")}";
            throw new PortainerException(400, words, words);
        }

        if (running)
            await UpAsync(environment, row);
        else
            await DownAsync(environment, row);
        var changed = row with { Status = running ? StackRow.Active : StackRow.Inactive };
        state.Agenda.Run(() => state.Stacks[row.Id] = changed);
        return PortainerAnswer.Ok(changed.ToJson());
    }

    private async Task UpAsync(ManagedEnvironment environment, StackRow row)
    {
        try
        {
            if (Project(environment, row) is { } project)
                await project.UpAsync(row.File, row.Variables.OfType<JsonObject>().ToDictionary(pair => pair.Text("name") ?? "", pair => pair.Text("value") ?? ""));
            else
                ComposeFile.Parse(row.File, new Dictionary<string, string>());
        }
        catch (ComposeException failure)
        {
            throw new PortainerException(500, $"failed to deploy a stack: compose up operation failed: {failure.Message}", failure.Message);
        }
    }

    private async Task DownAsync(ManagedEnvironment environment, StackRow row)
    {
        try
        {
            if (Project(environment, row) is { } project)
                await project.DownAsync();
        }
        catch (ComposeException failure)
        {
            throw new PortainerException(500, $"compose down operation failed: {failure.Message}", failure.Message);
        }
    }

    private ComposeProject? Project(ManagedEnvironment environment, StackRow row)
    {
        if (!environment.IsUp)
            throw new ComposeException("Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?");
        return engines.TryGetValue(environment.Id, out var engine) ? new(engine.Engine, row.Name, [.. state.Registries.Values]) : null;
    }

    private static JsonArray Variables(JsonObject body) => new([.. body.Items("Env").Select(pair => new JsonObject { ["name"] = pair.Text("name"), ["value"] = pair.Text("value") })]);

    [GeneratedRegex("[^-_a-z0-9]+")]
    private static partial Regex NotAllowed();
}
