using System.Diagnostics;

namespace MultiAgentInfra.Benchmarks.Images;

/// <summary>Another program that makes and pushes images; it is run as a person would run it.</summary>
internal abstract class ImagePeer
{
    public abstract string Name { get; }

    /// <summary>Builds a folder by a Dockerfile.</summary>
    /// <param name="isCached">Whether layers of earlier builds may be used; what a build keeps of its context is forgotten otherwise.</param>
    public abstract Task<TimeSpan> BuildAsync(string folder, string dockerfile, string image, bool isCached, CancellationToken stop);

    public abstract Task<TimeSpan> PushAsync(string image, CancellationToken stop);

    protected static async Task<TimeSpan> TimeAsync(Func<Task> run)
    {
        var clock = Stopwatch.StartNew();
        await run();
        return clock.Elapsed;
    }
}
