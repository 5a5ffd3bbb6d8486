using System.Diagnostics;
using MultiAgentInfra.Benchmarks.Images;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Benchmarks.Workers;

/// <summary>Makes and pushes many agent images at a time; its subject is a registry's host and the digest of the runtime image there,
/// its argument whether they are attested.</summary>
internal sealed class MakeAgents : BenchmarkWorker
{
    public const int AtOnce = 16;

    private const double Megabyte = 1_000_000;

    public override async Task<Dictionary<string, double>> MeasureAsync(string subject, int count, int argument)
    {
        var (host, runtime) = (subject.Split(' ')[0], Digest.Parse(subject.Split(' ')[1]));
        var spool = Directory.CreateTempSubdirectory("images-");
        try
        {
            using var maker = new ImageMaker(host, spool.FullName);
            var components = argument == 0 ? null : await maker.FindComponentsAsync(runtime, CancellationToken.None);
            await RunAsync(maker, runtime, count / 10, components);
            var (clock, cpu) = (Stopwatch.StartNew(), CpuTimes.Now());
            await RunAsync(maker, runtime, count, components);
            return new()
            {
                ["seconds"] = clock.Elapsed.TotalSeconds,
                ["cpu"] = CpuTimes.Now().Since(cpu).Process,
                ["memory"] = OwnMemory.Peak() / Megabyte,
            };
        }
        finally
        {
            spool.Delete(recursive: true);
        }
    }

    private static Task RunAsync(ImageMaker maker, Digest runtime, int count, Descriptor? components) => Parallel.ForAsync(
        0, count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (index, stop) => await maker.MakeAgentAsync(runtime, index, components, stop));
}
