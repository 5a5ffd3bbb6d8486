using System.Globalization;
using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>Portainer itself, the caller, and the environments.</summary>
internal sealed class EnvironmentRoutes(PortainerState state, Func<string> version)
{
    public PortainerAnswer Status(PortainerCall call) => PortainerAnswer.Ok(new JsonObject { ["Version"] = version(), ["InstanceID"] = PortainerServer.InstanceId });

    public PortainerAnswer Version(PortainerCall call) => PortainerAnswer.Ok(new JsonObject
    {
        ["UpdateAvailable"] = false,
        ["LatestVersion"] = version(),
        ["ServerVersion"] = version(),
        ["ServerEdition"] = "CE",
        ["DatabaseVersion"] = version(),
    });

    public static PortainerAnswer Me(PortainerCall call) => PortainerAnswer.Ok(new JsonObject
    {
        ["Id"] = call.User.Id,
        ["Username"] = call.User.Name,
        ["Role"] = call.User.IsAdmin ? 1 : 2,
        ["ThemeSettings"] = new JsonObject { ["color"] = "" },
        ["UseCache"] = false,
    });

    public PortainerAnswer Get(PortainerCall call) =>
        PortainerAnswer.Ok(state.Environment(call.Route("id"), call.User).ToJson(state.Agenda.Now, call.Argument("excludeSnapshot") != "true"));

    public PortainerAnswer List(PortainerCall call)
    {
        var mine = state.Environments.Where(environment => call.User.IsAdmin || call.User.EnvironmentIds.Contains(environment.Id)).ToArray();
        var (types, statuses, ids) = (Numbers(call, "types"), Numbers(call, "status"), Numbers(call, "endpointIds"));
        var found = mine
            .Where(environment => types.Length == 0 || types.Contains(environment.Type))
            .Where(environment => statuses.Length == 0 || statuses.Contains(environment.IsUp ? 1 : 2))
            .Where(environment => ids.Length == 0 || ids.Contains(environment.Id))
            .Where(environment => call.Argument("name") is not { Length: > 0 } name || environment.Name == name)
            .Where(environment => call.Argument("search") is not { Length: > 0 } word || environment.Name.Contains(word, StringComparison.OrdinalIgnoreCase))
            .ToArray();
        call.Context.Response.Headers["X-Total-Count"] = found.Length.ToString(CultureInfo.InvariantCulture);
        call.Context.Response.Headers["X-Total-Available"] = mine.Length.ToString(CultureInfo.InvariantCulture);
        var page = found.Skip(Math.Max(0, (call.Number("start") ?? 1) - 1)).Take(call.Number("limit") is > 0 and var limit ? limit : int.MaxValue);
        return PortainerAnswer.Ok(new JsonArray([.. page.Select(environment => environment.ToJson(state.Agenda.Now, call.Argument("excludeSnapshots") != "true"))]));
    }

    public PortainerAnswer Snapshot(PortainerCall call)
    {
        call.MustBeAdmin();
        state.Environment(call.Route("id"), call.User).HasSnapshot = true;
        return PortainerAnswer.Empty;
    }

    // Without the brackets in its name an array is not read.
    private static int[] Numbers(PortainerCall call, string name) =>
        [.. call.Context.Request.Query[name + "[]"].Select(text => int.Parse(text!, CultureInfo.InvariantCulture))];
}
