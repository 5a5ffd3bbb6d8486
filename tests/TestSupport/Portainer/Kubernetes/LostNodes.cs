namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>
/// Nodes that the control plane does not hear: their pods run on unseen, are not ready after 40 s, are to be deleted after 5 minutes more, and are deleted only when the node is back.
/// </summary>
internal sealed class LostNodes(Cluster cluster)
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan Toleration = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, List<string>> _lost = [];

    public bool Has(PodRun run) => run.Node is not null && _lost.ContainsKey(run.Node);

    /// <summary>A pod whose object was removed by force: its processes end when the node is back.</summary>
    public void Forget(PodRun run) => _lost[run.Node!].Add(run.Uid);

    public void Lose(string node)
    {
        if (!_lost.TryAdd(node, []))
            return;
        foreach (var run in On(node))
            run.Turn++;
        cluster.Agenda.After(Grace, () => IfLost(node, () =>
        {
            SetReady(node, "Unknown");
            foreach (var run in On(node))
            {
                (run.Ready, run.Changed) = (false, cluster.Agenda.Now);
                cluster.Life.Warn(run, "NodeNotReady", "Node is not ready", "node-controller");
                cluster.Life.Publish(run);
            }
        }));
        cluster.Agenda.After(Grace + Toleration, () => IfLost(node, () =>
        {
            foreach (var run in On(node))
            {
                if (cluster.Store.Find(KubeResource.Pods, run.Facts.Namespace, run.Facts.Name) is { } pod && pod.Uid() == run.Uid && !pod.IsDeleting())
                    cluster.Life.Ends.Delete(pod, null);
            }
        }));
    }

    public void Return(string node)
    {
        if (!_lost.Remove(node, out var forgotten))
            return;
        SetReady(node, "True");
        foreach (var uid in forgotten)
            cluster.Agenda.After(cluster.Times.Termination, () => cluster.Log.Ended(uid));
        foreach (var run in On(node))
        {
            if (run.Terminating)
                cluster.Life.Ends.Finish(run, cluster.Times.Termination);
            else if (run.Running is not null)
                cluster.Life.Later(run, cluster.Times.Ready, () => cluster.Life.BecomeReady(run));
            else
                cluster.Life.Later(run, cluster.Times.Retry, () => cluster.Life.Prepare(run));
        }

        cluster.Life.RetryPending();
    }

    private PodRun[] On(string node) => [.. cluster.Life.Runs.Where(run => run.Node == node && !run.IsOver)];

    private void IfLost(string node, Action action)
    {
        if (_lost.ContainsKey(node))
            action();
    }

    private void SetReady(string node, string status)
    {
        if (cluster.Store.Find(KubeResource.Nodes, "", node) is not { } found)
            return;
        cluster.Store.Update(KubeResource.Nodes, found, item =>
        {
            foreach (var condition in item.Items("status", "conditions").Where(condition => condition.Text("type") == "Ready"))
                (condition["status"], condition["reason"]) = (status, status == "True" ? "KubeletReady" : "NodeStatusUnknown");
        });
    }
}
