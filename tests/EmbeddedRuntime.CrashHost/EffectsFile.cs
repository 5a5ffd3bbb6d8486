namespace MultiAgentInfra.EmbeddedRuntime.CrashHost;

/// <summary>One line per run of an activity: instance, step and an id of that run.</summary>
internal sealed class EffectsFile(string path)
{
    private readonly Lock _gate = new();

    public string Append(string instanceId, int step)
    {
        var run = Guid.NewGuid().ToString("N");
        lock (_gate)
            File.AppendAllText(path, $"{instanceId} {step} {run}\n");
        return run;
    }
}
