using System.Globalization;
using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>What of a pod is not an object: its log, and the agent in it through the API server's proxy.</summary>
internal sealed class PodEndpoints(Cluster cluster)
{
    public KubeAnswer Handle(KubeRequest request, KubePath path)
    {
        if (path.Part == "proxy")
            return Proxy(path);
        var pod = cluster.Store.Get(KubeResource.Pods, path.Namespace ?? "", path.Name!);
        var follows = request.Argument("follow") is "true" or "1" && request.Argument("previous") is not ("true" or "1");
        return new(200, null, Log(request, pod), "text/plain", follows && cluster.Life.Find(pod.Uid()) is { Running: not null });
    }

    private string Log(KubeRequest request, JsonObject pod)
    {
        var run = cluster.Life.Find(pod.Uid()) ?? throw KubeException.NotFound(KubeResource.Pods, pod.Name());
        var names = run.Containers.ToArray();
        var container = request.Argument("container") ?? names[0];
        if (!names.Contains(container))
            throw KubeException.BadRequest($"container {container} is not valid for pod {pod.Name()}");
        if (names.Length > 1 && request.Argument("container") is null)
            throw KubeException.BadRequest($"a container name must be specified for pod {pod.Name()}, choose one of: [{string.Join(' ', names)}]");
        if (request.Argument("previous") is not ("true" or "1"))
            return run.Running is null && run.End is null && run.LastEnd is null && !run.IsOver ? throw KubeException.BadRequest(Waits(run, container)) : Write(request, run.Log);
        return run.LastEnd is not null && run.PreviousLog is { } previous
            ? Write(request, previous)
            : throw KubeException.BadRequest($"previous terminated container \"{container}\" in pod \"{pod.Name()}\" not found");
    }

    private string Write(KubeRequest request, PodOutput output)
    {
        var room = cluster.LogBytes;
        var lines = output.Timed.Reverse().TakeWhile(line => (room -= line.Text.Length + 1) >= 0).Reverse();
        if (DateTimeOffset.TryParse(request.Argument("sinceTime"), CultureInfo.InvariantCulture, out var since))
            lines = lines.Where(line => line.Time >= since);
        if (int.TryParse(request.Argument("sinceSeconds"), CultureInfo.InvariantCulture, out var seconds))
            lines = lines.Where(line => line.Time >= cluster.Agenda.Now.AddSeconds(-seconds));
        if (int.TryParse(request.Argument("tailLines"), CultureInfo.InvariantCulture, out var last))
            lines = lines.TakeLast(last);
        var withTimes = request.Argument("timestamps") is "true" or "1";
        var text = string.Concat(lines.Select(line => withTimes ? $"{line.Time.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffffff}00Z {line.Text}\n" : line.Text + "\n"));
        return int.TryParse(request.Argument("limitBytes"), CultureInfo.InvariantCulture, out var most) && text.Length > most ? text[..most] : text;
    }

    private static string Waits(PodRun run, string container) => run.Waiting?.Reason is "ErrImagePull" or "ImagePullBackOff"
        ? $"container \"{container}\" in pod \"{run.Facts.Name}\" is waiting to start: trying and failing to pull image"
        : run.Scheduled is null
            ? $"pod {run.Facts.Name} does not have a host assigned"
            : $"container \"{container}\" in pod \"{run.Facts.Name}\" is waiting to start: {run.Waiting?.Reason ?? "ContainerCreating"}";

    private KubeAnswer Proxy(KubePath path)
    {
        var (name, port) = path.Name!.Split(':') switch
        {
            [var one] => (one, "80"),
            [var one, var number] => (one, number),
            [_, var one, var number] => (one, number),
            _ => throw KubeException.BadRequest($"invalid pod request \"{path.Name}\""),
        };
        var pod = cluster.Store.Get(KubeResource.Pods, path.Namespace ?? "", name);
        var unreachable = $"error trying to reach service: dial tcp {pod.Text("status", "podIP") ?? "10.42.0.9"}:{port}: ";
        if (cluster.ControlPlaneAddress is { } from && !IngressPolicies.Allow(cluster.Store, pod, from, port))
            throw new KubeException(503, "ServiceUnavailable", unreachable + "i/o timeout");
        if (cluster.Life.Find(pod.Uid()) is not { Running: not null } run)
            throw new KubeException(503, "ServiceUnavailable", unreachable + "connect: connection refused");
        var now = cluster.Agenda.Now.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
        return path.Rest.TrimStart('/') switch
        {
            "healthz" => new(200, new JsonObject { ["status"] = "ok", ["timestamp"] = now }),
            "health" => new(run.Ready ? 200 : 503, new JsonObject
            {
                ["status"] = run.Ready ? "OK" : "DEGRADED",
                ["version"] = "unknown",
                ["timestamp"] = now,
                ["dependencies"] = new JsonObject { ["agents"] = run.Ready ? "healthy" : "no_agents" },
                ["agentCount"] = run.Ready ? 1 : 0,
            }),
            _ => new(404, new JsonObject { ["success"] = false, ["error"] = new JsonObject { ["message"] = "API endpoint not found", ["code"] = 404 } }),
        };
    }
}
