using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>Portainer's database.</summary>
internal sealed class PortainerState(Agenda agenda)
{
    private int _stackId;

    public Agenda Agenda => agenda;

    public List<ManagedEnvironment> Environments { get; } = [];

    public SortedDictionary<int, StackRow> Stacks { get; } = [];

    public SortedDictionary<int, JsonObject> Templates { get; } = [];

    public SortedDictionary<int, PortainerRegistry> Registries { get; } = [];

    /// <summary>The list as it was before the last row was made or removed.</summary>
    public IReadOnlyList<StackRow> StaleStacks { get; private set; } = [];

    public int NewStackId() => ++_stackId;

    public void Put(StackRow row)
    {
        StaleStacks = [.. Stacks.Values];
        Stacks[row.Id] = row;
    }

    public void Drop(int id)
    {
        StaleStacks = [.. Stacks.Values];
        Stacks.Remove(id);
    }

    /// <exception cref="PortainerException">404, or 403 when the user has no access.</exception>
    public ManagedEnvironment Environment(int? id, PortainerUser user)
    {
        var found = Environments.Find(candidate => candidate.Id == id)
            ?? throw new PortainerException(404, "Unable to find an environment with the specified identifier inside the database", "Object not found inside the database (bucket=endpoints)");
        return user.IsAdmin || user.EnvironmentIds.Contains(found.Id)
            ? found
            : throw new PortainerException(403, "Permission denied to access environment", "Access denied to resource");
    }
}
