using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>The controller of Jobs of one completion.</summary>
internal sealed class Jobs(Cluster cluster, Controllers controllers)
{
    public void Reconcile(JsonObject job)
    {
        if (job.Items("status", "conditions").Any())
            return;
        var pods = controllers.PodsOf(job);
        var failed = pods.Count(pod => pod.Text("status", "phase") == "Failed");
        if (pods.Any(pod => pod.Text("status", "phase") == "Succeeded"))
            Finish(job, "Complete", null, "Job completed");
        else if (IsLate(job))
            Finish(job, "Failed", "DeadlineExceeded", "Job was active longer than specified deadline");
        else if (failed > (job.Number("spec", "backoffLimit") ?? 6))
            Finish(job, "Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit");
        else
            Run(job, pods, failed);
    }

    private void Run(JsonObject job, IReadOnlyList<JsonObject> pods, int failed)
    {
        if (pods.All(pod => Controllers.IsOver(pod)) && !job.Flag("spec", "suspend"))
        {
            var labels = new JsonObject
            {
                ["batch.kubernetes.io/job-name"] = job.Name(),
                ["job-name"] = job.Name(),
                ["batch.kubernetes.io/controller-uid"] = job.Uid(),
                ["controller-uid"] = job.Uid(),
            };
            controllers.MakePod(KubeResource.Jobs, job, $"{job.Name()}-{controllers.NewSuffix()}", labels);
            if (pods.Count == 0 && job.Number("spec", "activeDeadlineSeconds") is { } limit)
                cluster.Agenda.After(TimeSpan.FromSeconds(limit), () => controllers.Look(KubeResource.Jobs, job.Namespace(), job.Name()));
        }

        var active = controllers.PodsOf(job).Where(pod => !Controllers.IsOver(pod)).ToArray();
        var status = new JsonObject { ["startTime"] = job.Text("status", "startTime") ?? cluster.Agenda.Now.Stamp(), ["active"] = active.Length, ["ready"] = active.Count(Controllers.IsReady) };
        if (failed > 0)
            status["failed"] = failed;
        controllers.SetStatus(KubeResource.Jobs, job, status);
    }

    private void Finish(JsonObject job, string type, string? reason, string message)
    {
        var pods = controllers.PodsOf(job);
        foreach (var pod in pods.Where(pod => !Controllers.IsOver(pod)))
            controllers.DeletePod(pod);
        var condition = new JsonObject { ["type"] = type, ["status"] = "True", ["lastTransitionTime"] = cluster.Agenda.Now.Stamp(), ["message"] = message };
        if (reason is not null)
            condition["reason"] = reason;
        var status = new JsonObject { ["startTime"] = job.Text("status", "startTime"), ["conditions"] = new JsonArray(condition) };
        if (type == "Complete")
            (status["succeeded"], status["completionTime"]) = (1, cluster.Agenda.Now.Stamp());
        if (pods.Count(pod => pod.Text("status", "phase") == "Failed") is > 0 and var failed)
            status["failed"] = failed;
        controllers.SetStatus(KubeResource.Jobs, job, status);
        cluster.Events.Tell(KubeResource.Jobs, job, type == "Complete" ? "Completed" : reason!, message, "job-controller");
        if (job.Number("spec", "ttlSecondsAfterFinished") is { } kept)
            cluster.Agenda.After(TimeSpan.FromSeconds(kept), () => cluster.Deletions.Delete(KubeResource.Jobs, job, new()));
    }

    private bool IsLate(JsonObject job) => job.Number("spec", "activeDeadlineSeconds") is { } limit && job.Text("status", "startTime") is { } start
        && cluster.Agenda.Now >= DateTimeOffset.Parse(start, System.Globalization.CultureInfo.InvariantCulture).AddSeconds(limit);
}
