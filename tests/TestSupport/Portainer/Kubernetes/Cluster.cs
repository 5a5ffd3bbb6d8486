using System.Text.Json.Nodes;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>How long things take on a cluster when no script says otherwise.</summary>
public sealed record ClusterTimes
{
    public TimeSpan Schedule { get; init; } = TimeSpan.Zero;

    public TimeSpan Pull { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan Ready { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>From the signal to the end of a process that obeys.</summary>
    public TimeSpan Termination { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A kubelet's look at what failed.</summary>
    public TimeSpan Retry { get; init; } = TimeSpan.FromSeconds(2);

    public TimeSpan Probe { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Of a job's container.</summary>
    public TimeSpan Task { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan Snapshot { get; init; } = TimeSpan.FromSeconds(2);
}

/// <summary>
/// A Kubernetes cluster behind an environment: an API server with real objects, controllers, a scheduler and kubelets.
/// Everything moves with the clock of the server and only when somebody looks; scripts say what becomes of which pods.
/// </summary>
public sealed class Cluster
{
    internal const string KubernetesVersion = "v1.31.4";

    private readonly List<(Func<PodFacts, bool> Chooses, Behaviour Behaviour)> _scripts = [];
    private readonly HashSet<string> _privateRegistries = [];
    private readonly Scalers _scalers;

    internal Cluster(string name, Agenda agenda, EventLog log)
    {
        (Name, Agenda, Log, Store) = (name, agenda, log, new(agenda));
        (Events, Storage, Deletions, Usage, Admission) = (new(Store, agenda), new(this), new(this), new(this), new(this));
        (_scalers, Lost) = (new(this), new(this));
        (Life, Controllers, Kubectl, Api) = (new(this), new(this), new(this), new(this));
        Store.Changed += Changed;
        foreach (var made in new[] { "default", "kube-system", "portainer" })
            Admission.Create(KubeResource.Namespaces, new() { ["metadata"] = new JsonObject { ["name"] = made } }, dryRun: false);
        Store.Create(KubeResource.StorageClasses, Storage.Class("standard"));
        SetNodes(new ClusterNode("node-1"), new ClusterNode("node-2"), new ClusterNode("node-3"));
    }

    public string Name { get; }

    public ClusterTimes Times { get; set; } = new();

    /// <summary>From where the API server reaches pods, such as <c>10.0.0.4</c>: network policies then hold its proxy back. Null where the network enforces none.</summary>
    public string? ControlPlaneAddress { get; set; }

    /// <summary>How much of a container's output a node keeps: only its last lines. Real ones keep 10 MiB and turn the file over.</summary>
    public int LogBytes { get; set; } = 10 * 1024 * 1024;

    /// <summary>Whether there is a metrics server; without one its API is a 404.</summary>
    public bool HasMetrics { get; set; }

    /// <summary>Whether volumes can be snapshotted; without it the API is a 404.</summary>
    public bool HasSnapshots { get; set; }

    /// <summary>Why the driver makes no snapshots now; null when it does.</summary>
    public string? SnapshotWords { get; set; }

    internal Agenda Agenda { get; }

    internal EventLog Log { get; }

    internal ObjectStore Store { get; }

    internal KubeEvents Events { get; }

    internal Storage Storage { get; }

    internal Deletions Deletions { get; }

    internal Usage Usage { get; }

    internal Admission Admission { get; }

    internal PodLife Life { get; }

    internal LostNodes Lost { get; }

    internal Controllers Controllers { get; }

    internal KubectlApply Kubectl { get; }

    internal KubernetesApi Api { get; }

    /// <summary>From now on the pods so chosen go this way. A later script wins over an older one, in what it says. What runs goes on until its next step.</summary>
    public void When(Func<PodFacts, bool> chooses, Behaviour behaviour) => Agenda.Run(() =>
    {
        _scripts.Add((chooses, behaviour));
        TryAgain();
    });

    public void WhenAgent(Guid agent, Behaviour behaviour) => When(pod => pod.Agent == agent.ToString(), behaviour);

    public void WhenImage(string part, Behaviour behaviour) => When(pod => pod.Image.Contains(part, StringComparison.Ordinal), behaviour);

    /// <summary>All goes its usual way again; pods that found no node, and controllers that could make none, try again at once.</summary>
    public void ForgetScripts() => Agenda.Run(() =>
    {
        _scripts.Clear();
        TryAgain();
    });

    /// <summary>Images of this registry are pulled only by a pod that names a pull secret, and one that exists.</summary>
    public void RequirePullSecret(string registryHost) => Agenda.Run(() => _privateRegistries.Add(registryHost));

    /// <summary>The kubelet evicts the agent's pods.</summary>
    public void Evict(Guid agent, string message = "The node was low on resource: memory. Threshold quantity: 100Mi, available: 64Mi. ") => Agenda.Run(() =>
    {
        foreach (var run in Life.Runs.Where(run => run.Facts.Agent == agent.ToString()).ToArray())
            Life.Ends.Evict(run, message);
    });

    /// <summary>Lets the agent's pods write a line.</summary>
    public void Write(Guid agent, string line) => Agenda.Run(() =>
    {
        foreach (var run in Life.Runs.Where(run => run.Facts.Agent == agent.ToString() && run.Running is not null))
            run.Log.Later.Add((Agenda.Now, line));
    });

    /// <summary>The machines from now on. Pods stay where they are.</summary>
    public void SetNodes(params ClusterNode[] nodes) => Agenda.Run(() =>
    {
        foreach (var old in Store.List(KubeResource.Nodes).ToArray())
            Store.Remove(KubeResource.Nodes, old);
        foreach (var node in nodes)
            Store.Create(KubeResource.Nodes, Scheduler.ToObject(node));
        Life.RetryPending();
    });

    /// <summary>The control plane does not hear the node any more. Its pods run on: not ready after 40 s, to be deleted after five minutes, and gone only when it is back.</summary>
    public void LoseNode(string name) => Agenda.Run(() => Lost.Lose(name));

    public void ReturnNode(string name) => Agenda.Run(() => Lost.Return(name));

    /// <summary>Copies of all objects of a kind, such as <c>pods</c>, as they are now.</summary>
    public IReadOnlyList<JsonObject> Objects(string plural, string? labelSelector = null) => Agenda.Run(() =>
        KubeResource.All.Where(resource => resource.Plural == plural).SelectMany(resource => Store.List(resource)).Where(Selectors.Labels(labelSelector))
            .Select(item => item.Copy()).ToArray());

    /// <summary>Kind, namespace and name of everything that carries the labels: what a deletion has left over.</summary>
    public IReadOnlyList<string> ObjectsWith(string labelSelector) => Agenda.Run(() =>
        KubeResource.All.SelectMany(resource => Store.List(resource).Where(Selectors.Labels(labelSelector)).Select(item => $"{resource.Kind} {item.Namespace()}/{item.Name()}")).ToArray());

    /// <summary>Volumes can be snapshotted from now on.</summary>
    /// <param name="driver">Of the one VolumeSnapshotClass.</param>
    public void AllowSnapshots(string driver = Storage.Driver) => Agenda.Run(() =>
    {
        HasSnapshots = true;
        if (Store.Find(KubeResource.SnapshotClasses, "", driver) is null)
            Store.Create(KubeResource.SnapshotClasses, new() { ["metadata"] = new JsonObject { ["name"] = driver }, ["driver"] = driver, ["deletionPolicy"] = "Delete" });
    });

    /// <summary>The versions of ElizaOS, in order, that have written to the agent's volume; null where it has none.</summary>
    public IReadOnlyList<string>? DataOf(Guid agent) => Agenda.Run(() =>
        Store.List(KubeResource.Claims).Where(Selectors.Labels($"{PodFacts.AgentLabel}={agent}")).Select(claim => Storage.ContentOf(claim)).SingleOrDefault());

    internal bool Serves(KubeResource resource) => resource.Group switch
    {
        "metrics.k8s.io" => HasMetrics,
        "snapshot.storage.k8s.io" => HasSnapshots,
        _ => true,
    };

    internal Behaviour BehaviourOf(PodFacts facts) =>
        _scripts.Where(script => script.Chooses(facts)).Aggregate(new Behaviour(), (older, script) => script.Behaviour.Over(older));

    /// <returns>The registry's words; null when it gives the image.</returns>
    internal string? RefusesPull(PodRun run)
    {
        var host = run.Facts.Image.Split('/')[0];
        if (!_privateRegistries.Contains(host))
            return null;
        var secrets = run.Spec.Items("imagePullSecrets").Select(secret => Store.Find(KubeResource.Secrets, run.Facts.Namespace, secret.Text("name") ?? ""));
        return secrets.Any(secret => secret?.Text("type") == "kubernetes.io/dockerconfigjson")
            ? null
            : $"failed to resolve reference \"{run.Facts.Image}\": failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://{host}/token: 401 Unauthorized";
    }

    internal static PodFacts Facts(JsonObject pod) => new(
        pod.Namespace(),
        pod.Name(),
        pod.Label(PodFacts.AgentLabel) ?? "",
        pod.Items("spec", "containers").FirstOrDefault().Text("image") ?? "",
        pod.Items("metadata", "ownerReferences").FirstOrDefault().Text("kind") ?? "",
        pod.Pairs("metadata", "labels").ToDictionary(),
        pod["spec"] as JsonObject ?? []);

    private void TryAgain()
    {
        Life.RetryPending();
        Life.ProbeAgain();
        Controllers.RetryDenied();
    }

    private void Changed(ObjectChange change)
    {
        if (change.Resource == KubeResource.Events)
            return;
        Storage.Changed(change);
        Deletions.Changed(change);
        Controllers.Changed(change);
        _scalers.Changed(change);
        if (change.Resource == KubeResource.Pods && change.Before is null)
            Life.Created(change.Either);
        else if (change.Resource == KubeResource.Pods && change.After is null)
            Life.Removed(change.Either.Uid());
        else if ((change.Resource == KubeResource.Secrets || change.Resource == KubeResource.ConfigMaps) && change.Before is null)
            Life.WakeWaiting(change.Either.Namespace());
        else if (change.Resource == KubeResource.Nodes || change.Resource == KubeResource.Claims || change.Resource == KubeResource.Snapshots)
            Life.RetryPending();
        else if (change.Resource == KubeResource.Namespaces && change.Before is null)
            Agenda.After(TimeSpan.Zero, () => Furnish(change.Either.Name()));
    }

    private void Furnish(string @namespace)
    {
        if (Store.Find(KubeResource.Namespaces, "", @namespace) is not { } found || found.IsDeleting())
            return;
        Store.Create(KubeResource.ServiceAccounts, new() { ["metadata"] = new JsonObject { ["name"] = "default", ["namespace"] = @namespace } });
        Store.Create(KubeResource.ConfigMaps, new() { ["metadata"] = new JsonObject { ["name"] = "kube-root-ca.crt", ["namespace"] = @namespace }, ["data"] = new JsonObject { ["ca.crt"] = "" } });
    }
}
