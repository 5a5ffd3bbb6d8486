using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>The status of a pod as a kubelet writes it.</summary>
internal static class PodStatus
{
    public static JsonObject Of(PodRun run)
    {
        var status = new JsonObject { ["phase"] = run.Phase, ["conditions"] = Conditions(run) };
        if (run.Fate is { } fate)
            (status["reason"], status["message"]) = (fate.Reason, fate.Message);
        if (run.Scheduled is { } scheduled)
        {
            status["hostIP"] = "10.0.0.10";
            status["startTime"] = scheduled.Stamp();
            if (run.Running is not null || run.LastEnd is not null)
                status["podIP"] = $"10.42.{run.Uid.GetHashCode(StringComparison.Ordinal) & 127}.{Math.Abs(run.Created.Millisecond) % 250 + 2}";
            if (run.Fate is null)
                status["containerStatuses"] = new JsonArray([.. run.Spec.Items("containers").Select(container => Container(run, container))]);
        }

        status["qosClass"] = "Burstable";
        return status;
    }

    /// <summary>The digest that an image runs by; one that the manifest names by a tag gets one made from it.</summary>
    public static string ImageId(string image) => image.Contains('@', StringComparison.Ordinal)
        ? image
        : $"{image[..(image.LastIndexOf(':') is > 0 and var colon && colon > image.LastIndexOf('/') ? colon : image.Length)]}@sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(image)))}";

    private static JsonArray Conditions(PodRun run)
    {
        if (run.Scheduled is not { } scheduled)
        {
            return run.SchedulerWords is null
                ? []
                : [Condition("PodScheduled", false, (run.Changed ?? run.Created), ("Unschedulable", run.SchedulerWords))];
        }

        (string, string)? unready = run.Phase == "Succeeded"
            ? ("PodCompleted", "")
            : ("ContainersNotReady", $"containers with unready status: [{string.Join(' ', run.Containers)}]");
        return
        [
            Condition("PodReadyToStartContainers", run.Pulled, (run.Changed ?? run.Created), null),
            Condition("Initialized", true, scheduled, null),
            Condition("Ready", run.Ready, (run.Changed ?? run.Created), run.Ready ? null : unready),
            Condition("ContainersReady", run.Ready, (run.Changed ?? run.Created), run.Ready ? null : unready),
            Condition("PodScheduled", true, scheduled, null),
        ];
    }

    private static JsonObject Condition(string type, bool holds, DateTimeOffset since, (string Reason, string Message)? why)
    {
        var condition = new JsonObject { ["type"] = type, ["status"] = holds ? "True" : "False", ["lastProbeTime"] = null, ["lastTransitionTime"] = since.Stamp() };
        if (why is { } words)
            (condition["reason"], condition["message"]) = (words.Reason, words.Message);
        return condition;
    }

    private static JsonNode Container(PodRun run, JsonObject container)
    {
        var image = container.Text("image") ?? "";
        var state = run.End is { } end ? Ended(end)
            : run.Running is { } running ? new JsonObject { ["running"] = new JsonObject { ["startedAt"] = running.Stamp() } }
            : Waits(run.Waiting ?? ("ContainerCreating", null));
        return new JsonObject
        {
            ["name"] = container.Text("name"),
            ["state"] = state,
            ["lastState"] = run.LastEnd is { } last ? Ended(last) : new JsonObject(),
            ["ready"] = run.Ready,
            ["restartCount"] = run.Restarts,
            ["image"] = image,
            ["imageID"] = run.Running is not null || run.LastEnd is not null || run.End is not null ? ImageId(image) : "",
            ["started"] = run.Running is not null,
        };
    }

    private static JsonObject Waits((string Reason, string? Message) waiting)
    {
        var state = new JsonObject { ["reason"] = waiting.Reason };
        if (waiting.Message is not null)
            state["message"] = waiting.Message;
        return new() { ["waiting"] = state };
    }

    private static JsonObject Ended(ContainerEnd end) => new()
    {
        ["terminated"] = new JsonObject
        {
            ["exitCode"] = end.ExitCode,
            ["reason"] = end.Reason,
            ["startedAt"] = end.Started.Stamp(),
            ["finishedAt"] = end.Finished.Stamp(),
            ["containerID"] = "containerd://" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(end.Started.Stamp() + end.Finished.Stamp()))),
        },
    };
}
