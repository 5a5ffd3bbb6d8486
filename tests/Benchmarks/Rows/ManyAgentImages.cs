using MultiAgentInfra.Benchmarks.Images;
using MultiAgentInfra.Benchmarks.Workers;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Benchmarks.Rows;

/// <summary>Images of many agents at a time, in a process of their own whose memory is read.</summary>
internal sealed class ManyAgentImages(ImageWorkshop workshop) : BenchmarkRow
{
    public override string Name => "many";

    public override async Task<IReadOnlyList<RowResult>> MeasureAsync(BenchmarkContext context)
    {
        var runtime = await workshop.RuntimeAsync(context);
        context.Progress.Say("what the registry alone can do");
        var bound = await BoundAsync(context, workshop.Registry);
        RegistryBound disk;
        await using (var registry = await LocalRegistry.StartAsync(context.NewFolder(), context.NewFolder(), context.Stop))
            disk = await BoundAsync(context, registry);
        return
        [
            .. await MeasureAsync(context, runtime, isAttested: false, 150, Describe(blobs: 2, manifests: 2)),
            .. await MeasureAsync(context, runtime, isAttested: true, 30, Describe(blobs: 5, manifests: 7)),
        ];

        string Describe(int blobs, int manifests) =>
            $"{blobs} blobs and {manifests} manifests each, of which the registry alone, asked for nothing else, takes {bound.Of(blobs, manifests):N0} images/s; with its files on the measured disk {disk.Of(blobs, manifests):N0}.";
    }

    private static Task<RegistryBound> BoundAsync(BenchmarkContext context, LocalRegistry registry) =>
        RegistryBound.MeasureAsync(registry, MakeAgents.AtOnce, context.Scale(500), context.Stop);

    private async Task<IReadOnlyList<RowResult>> MeasureAsync(BenchmarkContext context, Digest runtime, bool isAttested, double goal, string bound)
    {
        var (total, what) = (context.Scale(1_000), isAttested ? "attested" : "bare");
        var runs = new List<IReadOnlyDictionary<string, double>>();
        var registrys = workshop.Registry.Cpu;
        for (var repetition = 1; repetition <= context.Repetitions; repetition++)
        {
            context.Progress.Say($"{total:N0} {what} agent images, {MakeAgents.AtOnce} at a time: {repetition}");
            runs.Add(await WorkerProcess.RunAsync<MakeAgents>($"{workshop.Registry.Host} {runtime}", total, isAttested ? 1 : 0));
        }

        // The workers begin with a tenth as warm-up, which is in the registry's time and not in theirs.
        registrys = (workshop.Registry.Cpu - registrys) / runs.Count / (total * 1.1);
        var rates = new Samples(runs.Select(run => total / run["seconds"]));
        var memory = new Samples(runs.Select(run => run["memory"]));
        var cpu = $"CPU for an image: {new Samples(runs.Select(run => run["cpu"])).Median * 1_000 / total:N1} ms of this project, {registrys.TotalMilliseconds:N1} ms of the registry.";
        return
        [
            RowResult.Of($"{total:N0} {what} agent images, {MakeAgents.AtOnce} at a time, images/s", rates, "N0",
                Goal.AtLeast($"images-many-{what}", rates.Median, goal, "images/s"), note: $"{total:N0} {what} images: {bound} {cpu}"),
            RowResult.Of("the same, peak of resident memory, MB", memory, "N0", Goal.AtMost($"images-many-{what}-memory", memory.Median, 200, "N0", "MB"),
                note: isAttested ? "Memory is VmHWM of a process that does nothing else, .NET itself included." : ""),
        ];
    }
}
