using MultiAgentInfra.Benchmarks.Rows;

namespace MultiAgentInfra.Benchmarks.Images;

/// <summary>What making and pushing images costs, beside Docker and buildah on the same machine, disk and registry.</summary>
internal static class ImageBenchmarks
{
    private static readonly (string Program, string Package)[] Needed =
    [
        ("/usr/sbin/dockerd", "docker.io"), (DockerServer.Command, "docker.io"), ("/usr/bin/buildah", "buildah"),
        ("/usr/bin/docker-registry", "docker-registry"), ("/bin/busybox", "busybox-static"),
    ];

    public static IEnumerable<string> Names => Rows(null!).Select(row => row.Name);

    public static string? Refusal()
    {
        var packages = Needed.Where(needed => !File.Exists(needed.Program)).Select(needed => needed.Package).Distinct().ToList();
        return packages.Count > 0 ? $"Needed, and not installed: apt-get install -y --no-install-recommends {string.Join(' ', packages)}"
            : Environment.IsPrivilegedProcess ? null
            : "Docker and buildah are started by this program, which needs root for them.";
    }

    public static async Task RunAsync(BenchmarkContext context, string? only, TextWriter output)
    {
        var report = new BenchmarkReport(context, output);
        var results = new List<RowResult>();
        string[] facts;
        await using (var workshop = await ImageWorkshop.OpenAsync(context))
        {
            foreach (var row in Rows(workshop).Where(row => only is null || row.Name == only))
                results.AddRange(await row.MeasureAsync(context));
            facts = [workshop.Application.Description, await ImageWorkshop.DescribeAsync(context.Stop)];
        }

        // Now that the servers have ended, their CPU counts as this program's.
        await report.WriteHeadAsync(facts);
        await report.WriteAsync(results);
        await report.WriteGoalsAsync(results);
    }

    private static BenchmarkRow[] Rows(ImageWorkshop workshop) => [new RuntimeImages(workshop), new AgentImages(workshop), new ManyAgentImages(workshop)];
}
