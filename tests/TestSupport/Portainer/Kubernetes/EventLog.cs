namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>A pod from the moment that a node had it until its processes were gone.</summary>
/// <param name="End">Null while it lives.</param>
public sealed record PodSpan(string Cluster, string Agent, string Namespace, string Pod, string Uid, string Image, DateTimeOffset Start, DateTimeOffset? End);

/// <summary>Every pod that lived on any cluster of the server.</summary>
public sealed class EventLog
{
    private readonly Agenda _agenda;
    private readonly Dictionary<string, PodSpan> _spans = [];

    internal EventLog(Agenda agenda) => _agenda = agenda;

    public IReadOnlyList<PodSpan> Pods => _agenda.Run(() => _spans.Values.ToArray());

    /// <summary>By agent: how many of its pods lived at the same moment, at most. A pod that starts when another one ends does not count as beside it.</summary>
    public IReadOnlyDictionary<string, int> MostLivePodsPerAgent() =>
        Pods.Where(pod => pod.Agent.Length > 0).GroupBy(pod => pod.Agent).ToDictionary(group => group.Key, group => MostAtOnce([.. group]));

    public int MostLivePods(string agent) => MostLivePodsPerAgent().GetValueOrDefault(agent);

    public int LivePods(string agent) => Pods.Count(pod => pod.Agent == agent && pod.End is null);

    internal void Started(PodSpan span) => _spans.TryAdd(span.Uid, span);

    internal void Ended(string uid)
    {
        if (_spans.TryGetValue(uid, out var span) && span.End is null)
            _spans[uid] = span with { End = _agenda.Now };
    }

    private static int MostAtOnce(PodSpan[] spans) =>
        spans.Max(one => spans.Count(other => other.Uid == one.Uid || (other.Start <= one.Start && (other.End is null || other.End > one.Start))));
}
