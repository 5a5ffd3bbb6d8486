namespace MultiAgentInfra.EmbeddedRuntime;

/// <summary>The tasks of an application by name and version; a name is registered once.</summary>
public sealed partial class DurableTaskRegistry
{
    private readonly Dictionary<TaskKey, Func<IServiceProvider, ITaskActivity>> _activities = [];
    private readonly Dictionary<TaskKey, Func<IServiceProvider, ITaskOrchestrator>> _orchestrators = [];

    public IEnumerable<KeyValuePair<TaskName, Func<IServiceProvider, ITaskActivity>>> GetActivities() =>
        _activities.Select(pair => KeyValuePair.Create(pair.Key.Name, pair.Value));

    public IEnumerable<KeyValuePair<TaskName, Func<IServiceProvider, ITaskOrchestrator>>> GetOrchestrators() =>
        _orchestrators.Select(pair => KeyValuePair.Create(pair.Key.Name, pair.Value));

    internal Func<IServiceProvider, ITaskActivity>? FindActivity(string name, string version) => Find(_activities, name, version);

    internal Func<IServiceProvider, ITaskOrchestrator>? FindOrchestrator(string name, string version) => Find(_orchestrators, name, version);

    // The unversioned task stands in for a version only while its name has no versioned task at all: else an unknown version would quietly
    // run other code than was asked for.
    private static Func<IServiceProvider, T>? Find<T>(Dictionary<TaskKey, Func<IServiceProvider, T>> tasks, TaskName name, TaskVersion version)
    {
        if (tasks.TryGetValue(new(name, version), out var exact))
            return exact;
        var hasVersions = tasks.Keys.Any(key => key.Name == name && key.Version != TaskVersion.Unversioned);
        return hasVersions ? null : tasks.GetValueOrDefault(new(name, TaskVersion.Unversioned));
    }

    private DurableTaskRegistry Add(TaskName name, TaskVersion version, Func<IServiceProvider, ITaskActivity> factory) =>
        Add(_activities, "activity", name, version, factory);

    private DurableTaskRegistry Add(TaskName name, TaskVersion version, Func<IServiceProvider, ITaskOrchestrator> factory) =>
        Add(_orchestrators, "orchestrator", name, version, factory);

    private DurableTaskRegistry Add<T>(
        Dictionary<TaskKey, Func<IServiceProvider, T>> tasks, string kind, TaskName name, TaskVersion version, Func<IServiceProvider, T> factory)
    {
        if (string.IsNullOrEmpty(name.Name))
            throw new ArgumentException($"An {kind} needs a name.", nameof(name));
        ArgumentNullException.ThrowIfNull(factory);
        if (!tasks.TryAdd(new(name, version), factory))
            throw new ArgumentException($"An {kind} named '{name}'{(version.Version.Length > 0 ? $" with version '{version.Version}'" : "")} is already added.", nameof(name));
        return this;
    }

    private readonly record struct TaskKey(TaskName Name, TaskVersion Version);
}
