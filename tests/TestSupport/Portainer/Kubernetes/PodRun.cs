using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>The end of a container.</summary>
internal sealed record ContainerEnd(int ExitCode, string Reason, DateTimeOffset Started, DateTimeOffset Finished);

/// <summary>What a container wrote, a line in each millisecond after its start, and what it was told to write later.</summary>
internal sealed record PodOutput(DateTimeOffset Start, IReadOnlyList<string> Lines)
{
    public List<(DateTimeOffset Time, string Text)> Later { get; } = [];

    public IEnumerable<(DateTimeOffset Time, string Text)> Timed => Lines.Select((line, index) => (Start.AddMilliseconds(index), line)).Concat(Later);
}

/// <summary>What the node knows of a pod; its status is written from this.</summary>
internal sealed class PodRun(JsonObject pod, PodFacts facts, DateTimeOffset created)
{
    public string Uid { get; } = pod.Uid();

    public PodFacts Facts => facts;

    public JsonObject Spec { get; } = (JsonObject)pod["spec"]!;

    public DateTimeOffset Created { get; } = created;

    public string? Node { get; set; }

    public DateTimeOffset? Scheduled { get; set; }

    public string? SchedulerWords { get; set; }

    public string Phase { get; set; } = "Pending";

    /// <summary>Of the pod, such as Evicted.</summary>
    public (string Reason, string Message)? Fate { get; set; }

    public (string Reason, string? Message)? Waiting { get; set; }

    public DateTimeOffset? Running { get; set; }

    public ContainerEnd? End { get; set; }

    public ContainerEnd? LastEnd { get; set; }

    public int Restarts { get; set; }

    public bool Ready { get; set; }

    /// <summary>When it last became ready or stopped being it.</summary>
    public DateTimeOffset? Changed { get; set; }

    public bool Pulled { get; set; }

    public int PullTries { get; set; }

    /// <summary>Waits for a Secret or a ConfigMap that its manifest names.</summary>
    public bool NeedsObjects { get; set; }

    public PodOutput Log { get; set; } = new(created, []);

    public PodOutput? PreviousLog { get; set; }

    /// <summary>Raised by everything that overtakes what is still due for the pod.</summary>
    public long Turn { get; set; }

    /// <summary>It runs, and its readiness probe has failed.</summary>
    public bool FailsProbe { get; set; }

    public bool Terminating { get; set; }

    /// <summary>When the grace of its deletion ends.</summary>
    public DateTimeOffset Deadline { get; set; }

    /// <summary>Its node and its claims are free for others.</summary>
    public bool Released { get; set; }

    public bool IsOver => Phase is "Succeeded" or "Failed";

    public IEnumerable<string> Containers => Spec.Items("containers").Select(container => container.Text("name") ?? "");

    public IEnumerable<string> Claims => Spec.Items("volumes").Select(volume => volume.Text("persistentVolumeClaim", "claimName")).OfType<string>();

    public (long Cpu, long Memory) Requests => (Sum("cpu"), Sum("memory"));

    private long Sum(string resource) =>
        Spec.Items("containers").Sum(container => Quantity.Milli(container.At("resources", "requests", resource) ?? container.At("resources", "limits", resource)));
}
