namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

/// <summary>How an instance of a random program ends.</summary>
internal sealed record ExpectedEnd(OrchestrationRuntimeStatus Status, string? CustomStatus);

/// <summary>Something that the world has to do, once, for a program to go on.</summary>
internal abstract record Demand(string Instance)
{
    /// <summary>Events for an instance, when it shows the custom status, or as soon as it is there.</summary>
    internal sealed record Events(string Instance, string? CustomStatus, string Name, string[] Payloads, bool IsBurst = false) : Demand(Instance);

    internal sealed record Suspension(string Instance, string CustomStatus) : Demand(Instance);

    internal sealed record Termination(string Instance) : Demand(Instance);
}

/// <summary>What a random program does by its definition, without any engine.</summary>
internal sealed class ProgramModel
{
    public const string Root = "r";

    private ProgramModel()
    {
    }

    /// <summary>What the root returns, without the numbers of the runs.</summary>
    public List<string> Trace { get; } = [];

    public Dictionary<string, ExpectedEnd> Ends { get; } = [];

    public List<Demand> Demands { get; } = [];

    public static ProgramModel Of(RandomProgram program)
    {
        var model = new ProgramModel();
        model.Trace.AddRange(model.Run(program.Steps, Root, OrchestrationRuntimeStatus.Completed));
        return model;
    }

    private List<string> Run(Step[] steps, string instance, OrchestrationRuntimeStatus end)
    {
        var trace = new List<string>();
        string? custom = null;
        for (var index = 0; index < steps.Length; index++)
        {
            var key = $"{instance}.{index}";
            trace.AddRange(Do(steps[index], instance, key));
            custom = steps[index] is Step.Listen or Step.Early or Step.Pause ? $"\"{key}\"" : custom;
        }

        Ends[instance] = new ExpectedEnd(end, custom);
        return trace;
    }

    private IEnumerable<string> Do(Step step, string instance, string key)
    {
        switch (step)
        {
            case Step.Fan fan:
                return Enumerable.Range(0, fan.Width).Select(branch => $"{key}-{branch}");
            case Step.GiveUp:
                return [key, "broken"];
            case Step.Listen:
                Demands.Add(new Demand.Events(instance, key, key, [key]));
                return [key];
            case Step.Early early:
                Demands.Add(new Demand.Events(instance, key, key, Numbered(key, early.Events)));
                return [key, .. Numbered(key, early.Events)];
            case Step.Rounds rounds:
                Demands.Add(new Demand.Events(key, null, "round", Numbered(key, rounds.Events), rounds.IsBurst));
                Ends[key] = new ExpectedEnd(OrchestrationRuntimeStatus.Completed, null);
                return Numbered(key, rounds.Events);
            case Step.Tell tell:
                if (!tell.IsSelf)
                    Ends[key] = new ExpectedEnd(OrchestrationRuntimeStatus.Completed, null);
                return Numbered(key, tell.Events);
            case Step.Pause:
                Demands.Add(new Demand.Suspension(instance, key));
                return [key];
            case Step.Stop:
                Demands.Add(new Demand.Termination(key));
                Ends[key] = Ends[$"{key}.child"] = new ExpectedEnd(OrchestrationRuntimeStatus.Terminated, "\"endless\"");
                return [key, .. $"The sub-orchestration '{key}' was terminated.".Split(' ')];
            case Step.Nest nest:
                var inner = Run(nest.Steps, key, nest.Throws ? OrchestrationRuntimeStatus.Failed : OrchestrationRuntimeStatus.Completed);
                return nest.Throws ? [key, .. string.Join(' ', inner).Split(' ')] : inner;
            default:
                return [key];
        }
    }

    private static string[] Numbered(string key, int count) => [.. Enumerable.Range(0, count).Select(index => $"{key}!{index}")];
}
