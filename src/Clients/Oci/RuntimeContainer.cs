using System.Globalization;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>Writes <see cref="RuntimeSettings"/> into the configuration that a base image gives, as an engine does with the Dockerfile's instructions.</summary>
internal static class RuntimeContainer
{
    public static ContainerConfig Configure(ContainerConfig below) => below with
    {
        User = RuntimeSettings.User,
        WorkingDir = RuntimeSettings.WorkingFolder,
        Env = Merge(below.Env ?? []),
        Cmd = RuntimeSettings.Command,
        StopSignal = RuntimeSettings.StopSignal,
        ExposedPorts = new SortedDictionary<string, EmptyObject>(
            (below.ExposedPorts ?? new Dictionary<string, EmptyObject>()).ToDictionary(), StringComparer.Ordinal)
        {
            [string.Create(CultureInfo.InvariantCulture, $"{RuntimeSettings.Port}/tcp")] = new(),
        },
        Healthcheck = Health(RuntimeSettings.Health),
    };

    // A variable that the base has too keeps its place and loses its value.
    private static List<string> Merge(IReadOnlyList<string> below)
    {
        var merged = below.ToList();
        foreach (var (name, value) in RuntimeSettings.Environment)
        {
            var entry = $"{name}={value}";
            if (merged.FindIndex(existing => existing.StartsWith($"{name}=", StringComparison.Ordinal)) is >= 0 and var index)
                merged[index] = entry;
            else
                merged.Add(entry);
        }

        return merged;
    }

    private static ContainerHealthcheck Health(HealthCheck check) => new(["CMD", .. check.Command])
    {
        Interval = Nanoseconds(check.Interval),
        Timeout = Nanoseconds(check.Timeout),
        StartPeriod = Nanoseconds(check.StartPeriod),
        Retries = check.Retries,
    };

    private static long Nanoseconds(TimeSpan time) => time.Ticks * TimeSpan.NanosecondsPerTick;
}
