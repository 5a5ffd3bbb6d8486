namespace MultiAgentInfra.Benchmarks.Images;

/// <summary>Seconds that each peer took, by repetition.</summary>
internal sealed class PeerTimes
{
    private readonly Dictionary<string, List<double>> _seconds = [];

    /// <summary>The faster of Docker's two builders.</summary>
    public double Docker => _seconds.Where(peer => peer.Key.StartsWith("docker", StringComparison.Ordinal)).Min(peer => new Samples(peer.Value).Median);

    public double Fastest => _seconds.Values.Min(values => new Samples(values).Median);

    public void Add(ImagePeer peer, TimeSpan time)
    {
        if (!_seconds.TryGetValue(peer.Name, out var values))
            _seconds[peer.Name] = values = [];
        values.Add(time.TotalSeconds);
    }

    public override string ToString() => string.Join(", ", _seconds.Select(peer => Describe(peer.Key, new(peer.Value))));

    private static string Describe(string name, Samples seconds) => $"{name} {seconds.Median:N2} ({seconds.Min:N2}–{seconds.Max:N2})";
}
