using System.Diagnostics;
using System.Text.Json;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.Benchmarks.Clusters;

/// <summary>What the stand-in has seen since it began.</summary>
/// <param name="Calls">Requests of all kinds.</param>
/// <param name="MostLivePods">Of one agent at one moment.</param>
/// <param name="Left">Objects of agents, and rows of stacks, that are there now.</param>
/// <param name="Unknown">Requests that no route answered.</param>
internal sealed record PortainerFigures(int Calls, int MostLivePods, int Left, int Unknown);

/// <summary>Both ends of the tests' Portainer in a process of its own: the parent starts this program again and asks for figures, a line each; the
/// child ends with its parent.</summary>
internal sealed class PortainerProcess : IAsyncDisposable
{
    public const string Verb = "portainer";
    public const int Clusters = 3;

    private readonly Process _process;

    private PortainerProcess(Process process, string address) => (_process, Address) = (process, address);

    public string Address { get; }

    public static async Task<PortainerProcess> StartAsync(CancellationToken stop)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, [typeof(PortainerProcess).Assembly.Location, Verb])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        return new(process, await process.StandardOutput.ReadLineAsync(stop) ?? throw new InvalidOperationException("The stand-in for Portainer did not start."));
    }

    public async Task<PortainerFigures> ReadAsync(CancellationToken stop)
    {
        await _process.StandardInput.WriteLineAsync();
        return JsonSerializer.Deserialize<PortainerFigures>((await _process.StandardOutput.ReadLineAsync(stop))!)!;
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    public static async Task ServeAsync()
    {
        await using var portainer = await PortainerServer.StartAsync();
        var clusters = Enumerable.Range(1, Clusters).Select(number => portainer.AddKubernetes($"cluster-{number}")).ToList();
        foreach (var cluster in clusters)
        {
            // Each takes 110 pods.
            cluster.SetNodes([.. Enumerable.Range(1, 4).Select(node => new ClusterNode($"node-{node}", "512", "2Ti"))]);
            // What is measured is the control plane and not how long a node takes to pull.
            cluster.Times = new()
            {
                Pull = TimeSpan.FromMilliseconds(100),
                Ready = TimeSpan.FromMilliseconds(200),
                Termination = TimeSpan.FromMilliseconds(100),
            };
        }

        await Console.Out.WriteLineAsync(portainer.Address);
        while (await Console.In.ReadLineAsync() is not null)
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(Look(portainer, clusters)));
    }

    private static PortainerFigures Look(PortainerServer portainer, List<Cluster> clusters) => new(
        portainer.Calls.Count,
        portainer.EventLog.MostLivePodsPerAgent().Values.DefaultIfEmpty().Max(),
        clusters.Sum(cluster => cluster.ObjectsWith(PodFacts.AgentLabel).Count) + portainer.Stacks.Count,
        portainer.UnknownRoutes.Count);
}
