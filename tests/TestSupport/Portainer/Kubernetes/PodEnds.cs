using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>How a pod ends: by itself and again, by a deletion, by an eviction.</summary>
internal sealed class PodEnds(Cluster cluster, PodLife life)
{
    /// <summary>Ten seconds, and twice as long each time, five minutes at most.</summary>
    public static TimeSpan BackOff(int tries) => TimeSpan.FromSeconds(Math.Min(300, 10 * Math.Pow(2, Math.Min(tries - 1, 6))));

    public void Exited(PodRun run, int code, string reason)
    {
        run.Turn++;
        var end = new ContainerEnd(code, reason, run.Running ?? cluster.Agenda.Now, cluster.Agenda.Now);
        (run.End, run.Running, run.Ready, run.Changed) = (end, null, false, cluster.Agenda.Now);
        run.PreviousLog = run.Log;
        var restarts = run.Spec.Text("restartPolicy") switch { "Never" => false, "OnFailure" => code != 0, _ => true };
        if (!restarts)
        {
            run.Phase = code == 0 ? "Succeeded" : "Failed";
            Over(run);
            return;
        }

        life.Publish(run);
        // The first time a kubelet starts it again at once, and then with a pause.
        if (run.Restarts == 0)
            life.Later(run, cluster.Times.Retry, () => Restart(run));
        else
            life.Later(run, cluster.Times.Retry, () => WaitToRestart(run));
    }

    /// <param name="grace">Null for the pod's own.</param>
    public void Delete(JsonObject pod, TimeSpan? grace)
    {
        var own = TimeSpan.FromSeconds(pod.Number("spec", "terminationGracePeriodSeconds") ?? 30);
        var wait = grace ?? own;
        if (life.Find(pod.Uid()) is not { Node: not null, IsOver: false } run)
        {
            cluster.Store.Remove(KubeResource.Pods, pod);
            return;
        }

        var behaviour = cluster.BehaviourOf(run.Facts);
        var slow = behaviour.TerminationTime ?? cluster.Times.Termination;
        var time = behaviour.Stuck is true ? slow : slow < wait ? slow : wait;
        if (wait == TimeSpan.Zero)
        {
            // The object goes at once, and nobody waits for the processes.
            if (cluster.Lost.Has(run))
                cluster.Lost.Forget(run);
            else
                cluster.Agenda.After(slow, () => cluster.Log.Ended(run.Uid));
            cluster.Store.Remove(KubeResource.Pods, pod);
            return;
        }

        var deadline = cluster.Agenda.Now + wait;
        if (run.Terminating && run.Deadline <= deadline)
            return;
        (run.Terminating, run.Deadline, run.Turn) = (true, deadline, run.Turn + 1);
        life.Tell(run, "Killing", $"Stopping container {run.Containers.First()}");
        cluster.Store.Update(KubeResource.Pods, pod, item =>
        {
            item.Child("metadata")["deletionTimestamp"] = deadline.Stamp();
            item.Child("metadata")["deletionGracePeriodSeconds"] = (long)wait.TotalSeconds;
        });
        if (!cluster.Lost.Has(run))
            Finish(run, time);
    }

    /// <summary>The processes end so much later, and then the object goes.</summary>
    public void Finish(PodRun run, TimeSpan time) => life.Later(run, time, () => Gone(run));

    public void Evict(PodRun run, string message)
    {
        if (run.IsOver || run.Node is null)
            return;
        run.Turn++;
        (run.Ready, run.Changed) = (false, cluster.Agenda.Now);
        life.Warn(run, "Evicted", message);
        life.Tell(run, "Killing", $"Stopping container {run.Containers.First()}");
        life.Publish(run);
        life.Later(run, cluster.BehaviourOf(run.Facts).TerminationTime ?? cluster.Times.Termination, () =>
        {
            (run.Running, run.Fate, run.Phase) = (null, ("Evicted", message), "Failed");
            Over(run);
        });
    }

    private void WaitToRestart(PodRun run)
    {
        var pause = BackOff(run.Restarts);
        var words = $"restarting failed container={run.Containers.First()} pod={run.Facts.Name}_{run.Facts.Namespace}({run.Uid})";
        (run.LastEnd, run.End, run.Waiting) = (run.End, null, ("CrashLoopBackOff", $"back-off {Words(pause)} {words}"));
        life.Warn(run, "BackOff", $"Back-off {words}");
        life.Publish(run);
        life.Later(run, pause, () => Restart(run));
    }

    private void Restart(PodRun run)
    {
        run.LastEnd = run.End ?? run.LastEnd;
        run.Restarts++;
        life.Start(run);
    }

    private void Gone(PodRun run)
    {
        cluster.Log.Ended(run.Uid);
        if (cluster.Store.Find(KubeResource.Pods, run.Facts.Namespace, run.Facts.Name) is { } pod && pod.Uid() == run.Uid)
            cluster.Store.Remove(KubeResource.Pods, pod);
    }

    private void Over(PodRun run)
    {
        run.Turn++;
        cluster.Log.Ended(run.Uid);
        life.Scheduler.Release(run);
        var pod = life.Publish(run);
        if (pod?.IsDeleting() is true)
            cluster.Store.Remove(KubeResource.Pods, pod);
        life.RetryPending();
    }

    private static string Words(TimeSpan pause) => pause.TotalSeconds < 60 ? $"{pause.TotalSeconds:0}s" : $"{(int)pause.TotalMinutes}m{pause.Seconds}s";
}
