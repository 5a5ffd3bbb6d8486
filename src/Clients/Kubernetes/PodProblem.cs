using System.Globalization;
using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Clients.Kubernetes;

/// <summary>What is to be expected of a pod that is not ready.</summary>
internal enum PodOutlook
{
    /// <summary>It is the same in every slow start, and only its length tells.</summary>
    Starting,

    /// <summary>It goes away by itself at times: a registry that is slow, a volume that is still made, a node that is still added.</summary>
    MayHeal,

    /// <summary>It will not become ready as it is.</summary>
    Hopeless,
}

/// <summary>Why a pod is not ready (https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/).</summary>
/// <param name="HasLog">What the container wrote says more.</param>
internal sealed record PodProblem(Diagnosis Diagnosis, PodOutlook Outlook, bool HasLog = false)
{
    private const int MostEvidence = 10;

    /// <param name="warnings">Events of type <c>Warning</c>, of any object.</param>
    /// <returns>Null when nothing is wrong yet.</returns>
    public static PodProblem? Of(KubernetesPod pod, IReadOnlyList<KubernetesEvent> warnings)
    {
        var events = warnings.Where(warning => warning.InvolvedObject.Uid == pod.Metadata.Uid).OrderBy(warning => warning.Time).ToList();
        return pod switch
        {
            { Status.Reason: "Evicted" } => Evicted(pod),
            { HasEnded: true } => Exited(pod),
            _ when pod.Condition("PodScheduled") is { Status: "False" } condition => Unschedulable(condition, events),
            { AgentStatus: { } container } => OfContainer(pod, container, events),
            _ => null,
        };
    }

    /// <summary>Why a workload has no pod at all.</summary>
    /// <param name="warnings">Events of type <c>Warning</c>, of any object.</param>
    public static PodProblem? Of(KubernetesWorkload workload, IReadOnlyList<KubernetesEvent> warnings)
    {
        // A Deployment's pods are made by its ReplicaSet, which has the Deployment's name and a suffix.
        var words = warnings
            .Where(warning => warning.Reason == "FailedCreate" && warning.InvolvedObject.Namespace == workload.Metadata.Namespace
                && (warning.InvolvedObject.Name == workload.Metadata.Name || warning.InvolvedObject.Name?.StartsWith(workload.Metadata.Name + "-", StringComparison.Ordinal) == true))
            .MaxBy(warning => warning.Time)?.Message
            ?? workload.Status?.Conditions?.FirstOrDefault(condition => condition is { Type: "ReplicaFailure", Status: "True" })?.Message;
        if (words is null)
            return null;
        var diagnosis = Refusal.Of(words)
            ?? new Diagnosis(DiagnosisCause.Unknown, $"The cluster cannot make the agent's pod: {words}", [words], "See the events of the agent's StatefulSet or Deployment.");
        return new(diagnosis, PodOutlook.MayHeal);
    }

    /// <summary>What is said of a container that the kernel has killed, wherever it ran.</summary>
    public static Diagnosis OutOfMemory(string limit, int restarts) => new(
        DiagnosisCause.OutOfMemory,
        $"The agent used more memory than its limit of {limit} and was killed.",
        [$"OOMKilled; limit {limit}; restarts {Text(restarts)}"],
        "Give the agent more memory (resources.memoryMiB), or fewer plugins and less knowledge.");

    /// <summary>The same of one that ends by itself.</summary>
    public static Diagnosis Crash(int? exitCode, int restarts) => new(
        DiagnosisCause.CrashLoop,
        $"The agent ends by itself, last with exit code {(exitCode is { } code ? Text(code) : "unknown")}; it was started again {Text(restarts)} times.",
        [],
        "Its last lines are the evidence; a missing or wrong secret is the most frequent reason.");

    /// <summary>The same of one that runs and is not healthy.</summary>
    /// <param name="probes">The last one is in the message.</param>
    public static Diagnosis NotAnswering(IReadOnlyList<string> probes, int restarts) => new(
        DiagnosisCause.ProbeFailed,
        $"The agent runs and does not answer as it should: {(probes is [.., var last] ? last : "its check fails")}",
        [.. probes, $"restarts {Text(restarts)}"],
        "See the agent's log; a model or database that it cannot reach keeps it from getting ready.");

    private static PodProblem Evicted(KubernetesPod pod) => new(
        new(DiagnosisCause.Evicted, $"Node {pod.Spec.NodeName} has evicted the agent: {pod.Status.Message}", [pod.Status.Message ?? ""], "Give the node more room, or the agent requests closer to what it uses; the cluster starts it again."),
        PodOutlook.MayHeal);

    private static PodProblem Exited(KubernetesPod pod)
    {
        var words = pod.Status.Message ?? pod.Status.Reason ?? $"Phase {pod.Status.Phase}.";
        return new(new(DiagnosisCause.Exited, $"The agent's pod is over: {words}", [words], "The cluster starts it again."), PodOutlook.MayHeal, HasLog: true);
    }

    private static PodProblem Unschedulable(KubernetesCondition condition, IReadOnlyList<KubernetesEvent> events)
    {
        var words = condition.Message ?? events.LastOrDefault(warning => warning.Reason == "FailedScheduling")?.Message ?? condition.Reason ?? "";
        return new(
            new(DiagnosisCause.Unschedulable, $"No node takes the agent: {words}", Evidence(words, events), "Give the cluster more nodes or room, the agent smaller resources, or choose another cluster."),
            PodOutlook.MayHeal);
    }

    private static PodProblem? OfContainer(KubernetesPod pod, ContainerStatus container, IReadOnlyList<KubernetesEvent> events)
    {
        var ended = container.State?.Terminated ?? container.LastState?.Terminated;
        if (ended?.Reason == "OOMKilled")
            return OutOfMemory(pod, container);
        return container.State?.Waiting?.Reason switch
        {
            "ErrImagePull" or "ImagePullBackOff" => ImagePull(container.State.Waiting, events, PodOutlook.MayHeal),
            "InvalidImageName" or "ErrImageNeverPull" => ImagePull(container.State.Waiting, events, PodOutlook.Hopeless),
            "CrashLoopBackOff" when Probes(events) is { Count: > 0 } probes => Probe(probes, container, PodOutlook.Hopeless),
            "CrashLoopBackOff" => CrashLoop(container, ended, PodOutlook.Hopeless),
            "CreateContainerConfigError" or "CreateContainerError" or "RunContainerError" => Unknown(container.State.Waiting),
            _ when Probes(events) is { Count: > 0 } probes => Probe(probes, container, container.RestartCount == 0 ? PodOutlook.Starting : PodOutlook.Hopeless),
            _ when ended is not null => CrashLoop(container, ended, PodOutlook.MayHeal),
            _ => null,
        };
    }

    private static PodProblem OutOfMemory(KubernetesPod pod, ContainerStatus container)
    {
        var limit = pod.Agent?.Resources?.Limits?.GetValueOrDefault("memory") ?? "unknown";
        return new(OutOfMemory(limit, container.RestartCount), PodOutlook.Hopeless, HasLog: true);
    }

    private static PodProblem ImagePull(ContainerWaiting waiting, IReadOnlyList<KubernetesEvent> events, PodOutlook outlook)
    {
        // The word for the pause between two attempts says less than the attempt's.
        var words = events.LastOrDefault(warning => warning is { Reason: "Failed", Message: not (null or "Error: ErrImagePull" or "Error: ImagePullBackOff") })?.Message
            ?? waiting.Message ?? waiting.Reason ?? "";
        return new(
            new(DiagnosisCause.ImagePullFailed, $"The cluster cannot pull the image: {words}", Evidence(words, events), "See that the cluster's nodes reach the registry, and that the namespace's pull secret has credentials that may read it."),
            outlook);
    }

    private static PodProblem CrashLoop(ContainerStatus container, ContainerTerminated? ended, PodOutlook outlook) =>
        new(Crash(ended?.ExitCode, container.RestartCount), outlook, HasLog: true);

    private static PodProblem Probe(List<string> probes, ContainerStatus container, PodOutlook outlook) =>
        new(NotAnswering(probes, container.RestartCount), outlook, HasLog: true);

    private static PodProblem Unknown(ContainerWaiting waiting) => new(
        new(DiagnosisCause.Unknown, $"The container cannot be started: {waiting.Reason}: {waiting.Message}", [waiting.Message ?? ""], "See the events of the agent's pod."),
        PodOutlook.MayHeal);

    private static List<string> Probes(IReadOnlyList<KubernetesEvent> events) =>
        [.. events.Where(warning => warning.Reason == "Unhealthy").Select(warning => warning.Message).OfType<string>().TakeLast(MostEvidence)];

    private static List<string> Evidence(string words, IReadOnlyList<KubernetesEvent> events) =>
        [.. events.Select(warning => $"{warning.Reason}: {warning.Message}").Prepend(words).Distinct().Take(MostEvidence)];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
