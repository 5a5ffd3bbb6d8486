using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>A pod from its creation to its readiness: scheduler, image, container, probe.</summary>
internal sealed class PodLife
{
    private readonly Cluster _cluster;
    private readonly Dictionary<string, PodRun> _runs = [];
    private readonly LinkedList<PodRun> _pending = [];
    private readonly PodNeeds _needs;
    private bool _retries;

    public PodLife(Cluster cluster)
    {
        _cluster = cluster;
        (Scheduler, _needs, Ends) = (new(cluster.Store), new(cluster.Store), new(cluster, this));
    }

    public Scheduler Scheduler { get; }

    public PodEnds Ends { get; }

    public IEnumerable<PodRun> Runs => _runs.Values;

    public PodRun? Find(string uid) => _runs.GetValueOrDefault(uid);

    public void Created(JsonObject pod)
    {
        var run = new PodRun(pod, Cluster.Facts(pod), _cluster.Agenda.Now);
        _runs[run.Uid] = run;
        Publish(run);
        Later(run, _cluster.Times.Schedule, () => Schedule(run));
    }

    public void Removed(string uid)
    {
        if (!_runs.Remove(uid, out var run))
            return;
        run.Turn++;
        _pending.Remove(run);
        Scheduler.Release(run);
        RetryPending();
    }

    /// <summary>Something became free, or a script changed: what found no node is tried again.</summary>
    public void RetryPending()
    {
        if (_pending.Count == 0 || _retries)
            return;
        _retries = true;
        _cluster.Agenda.After(TimeSpan.Zero, () =>
        {
            _retries = false;
            foreach (var run in _pending.ToArray())
                Schedule(run);
        });
    }

    /// <summary>A script changed: a probe that failed may pass.</summary>
    public void ProbeAgain()
    {
        foreach (var run in _runs.Values.Where(run => run.FailsProbe && run.Running is not null && !run.Terminating).ToArray())
        {
            if (_cluster.BehaviourOf(run.Facts).ProbeWords is not { Length: > 0 })
                Later(run, _cluster.Times.Retry, () => BecomeReady(run));
        }
    }

    /// <summary>A Secret or ConfigMap was made.</summary>
    public void WakeWaiting(string @namespace)
    {
        foreach (var run in _runs.Values.Where(run => run.NeedsObjects && run.Facts.Namespace == @namespace && !run.Terminating).ToArray())
            Later(run, _cluster.Times.Retry, () => Prepare(run));
    }

    public void Later(PodRun run, TimeSpan delay, Action action)
    {
        var turn = run.Turn;
        if (delay != Timeout.InfiniteTimeSpan)
        {
            _cluster.Agenda.After(delay, () =>
            {
                if (run.Turn == turn)
                    action();
            });
        }
    }

    public JsonObject? Publish(PodRun run)
    {
        if (_cluster.Store.Find(KubeResource.Pods, run.Facts.Namespace, run.Facts.Name) is not { } pod || pod.Uid() != run.Uid)
            return null;
        return _cluster.Store.Update(KubeResource.Pods, pod, item =>
        {
            item["status"] = PodStatus.Of(run);
            if (run.Node is not null)
                item.Child("spec")["nodeName"] = run.Node;
        });
    }

    public void Warn(PodRun run, string reason, string message, string source = "kubelet")
    {
        if (_cluster.Store.Find(KubeResource.Pods, run.Facts.Namespace, run.Facts.Name) is { } pod && pod.Uid() == run.Uid)
            _cluster.Events.Warn(KubeResource.Pods, pod, reason, message, source);
    }

    public void Tell(PodRun run, string reason, string message, string source = "kubelet")
    {
        if (_cluster.Store.Find(KubeResource.Pods, run.Facts.Namespace, run.Facts.Name) is { } pod && pod.Uid() == run.Uid)
            _cluster.Events.Tell(KubeResource.Pods, pod, reason, message, source);
    }

    public void Prepare(PodRun run)
    {
        run.Turn++;
        if (_needs.Mount(run) is { } mount)
        {
            (run.NeedsObjects, run.Waiting) = (true, ("ContainerCreating", null));
            Warn(run, "FailedMount", mount);
            Publish(run);
            return;
        }

        run.NeedsObjects = false;
        run.PullTries++;
        Tell(run, "Pulling", $"Pulling image \"{run.Facts.Image}\"");
        Publish(run);
        var behaviour = _cluster.BehaviourOf(run.Facts);
        var words = behaviour.PullWords is { Length: > 0 } scripted ? scripted : _cluster.RefusesPull(run);
        Later(run, behaviour.PullTime ?? _cluster.Times.Pull, () => Pulled(run, words));
    }

    public void Start(PodRun run)
    {
        run.Turn++;
        if (_needs.Variables(run) is { } missing)
        {
            (run.NeedsObjects, run.Waiting) = (true, ("CreateContainerConfigError", missing));
            Warn(run, "Failed", $"Error: {missing}");
            Publish(run);
            return;
        }

        var behaviour = _cluster.BehaviourOf(run.Facts);
        (run.Waiting, run.End, run.Running, run.Phase, run.NeedsObjects) = (null, null, _cluster.Agenda.Now, "Running", false);
        run.Log = new(_cluster.Agenda.Now, behaviour.Log ?? [$"{run.Facts.Name} started"]);
        _cluster.Storage.Write(run);
        Tell(run, "Created", $"Created container {run.Containers.First()}");
        Tell(run, "Started", $"Started container {run.Containers.First()}");
        Publish(run);
        var isTask = run.Spec.Text("restartPolicy") is "Never" or "OnFailure";
        var exitTime = behaviour.ExitTime ?? (isTask ? _cluster.Times.Task : Timeout.InfiniteTimeSpan);
        Later(run, exitTime, () => Ends.Exited(run, behaviour.ExitCode ?? 0, behaviour.ExitReason ?? "Completed"));
        var readyTime = behaviour.ReadyTime ?? _cluster.Times.Ready;
        if (behaviour.ProbeWords is { Length: > 0 } words)
            Later(run, readyTime, () => Unhealthy(run, words, 5));
        else if (exitTime == Timeout.InfiniteTimeSpan || exitTime > readyTime)
            Later(run, isTask ? TimeSpan.Zero : readyTime, () => BecomeReady(run));
    }

    private void Schedule(PodRun run)
    {
        var scripted = _cluster.BehaviourOf(run.Facts).UnschedulableWords;
        var (node, words) = scripted is { Length: > 0 } ? (null, scripted) : Scheduler.Place(run);
        if (node is null)
        {
            if (run.SchedulerWords is null)
                _pending.AddLast(run);
            if (run.SchedulerWords != words)
                Warn(run, "FailedScheduling", words, "default-scheduler");
            run.SchedulerWords = words;
            Publish(run);
            return;
        }

        if (run.SchedulerWords is not null)
            _pending.Remove(run);
        Scheduler.Take(run, node);
        (run.Scheduled, run.Changed, run.Waiting) = (_cluster.Agenda.Now, _cluster.Agenda.Now, ("ContainerCreating", null));
        _cluster.Log.Started(new(_cluster.Name, run.Facts.Agent, run.Facts.Namespace, run.Facts.Name, run.Uid, run.Facts.Image, _cluster.Agenda.Now, null));
        Tell(run, "Scheduled", $"Successfully assigned {run.Facts.Namespace}/{run.Facts.Name} to {node}", "default-scheduler");
        foreach (var claim in run.Claims)
            _cluster.Storage.Bind(run.Facts.Namespace, claim, node);
        Prepare(run);
    }

    private void Pulled(PodRun run, string? words)
    {
        if (words is null)
        {
            run.Pulled = true;
            Tell(run, "Pulled", $"Successfully pulled image \"{run.Facts.Image}\"");
            Start(run);
            return;
        }

        var image = run.Facts.Image;
        var failure = $"failed to pull and unpack image \"{image}\": {words}";
        run.Waiting = ("ErrImagePull", failure);
        Warn(run, "Failed", $"Failed to pull image \"{image}\": {failure}");
        Warn(run, "Failed", "Error: ErrImagePull");
        Publish(run);
        Later(run, _cluster.Times.Retry, () =>
        {
            run.Waiting = ("ImagePullBackOff", $"Back-off pulling image \"{image}\": ErrImagePull: {failure}");
            Warn(run, "BackOff", $"Back-off pulling image \"{image}\"");
            Warn(run, "Failed", "Error: ImagePullBackOff");
            Publish(run);
            Later(run, PodEnds.BackOff(run.PullTries), () => Prepare(run));
        });
    }

    public void BecomeReady(PodRun run)
    {
        run.FailsProbe = false;
        (run.Ready, run.Changed) = (true, _cluster.Agenda.Now);
        Publish(run);
    }

    private void Unhealthy(PodRun run, string words, int times)
    {
        run.FailsProbe = true;
        Warn(run, "Unhealthy", words);
        if (times > 1)
            Later(run, _cluster.Times.Probe, () => Unhealthy(run, words, times - 1));
    }
}
