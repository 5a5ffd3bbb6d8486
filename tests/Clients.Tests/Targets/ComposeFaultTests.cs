using System.Collections.Concurrent;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.TestSupport.Portainer;

namespace MultiAgentInfra.Clients.Tests.Targets;

/// <summary>Whatever happens to any call for a stack of Docker Compose: there is one container at most, and nothing stays behind; on a real engine.</summary>
[Trait("Category", "Long")]
[Trait("Needs", "Server")]
public sealed class ComposeFaultTests(ContainerFixture fixture) : IClassFixture<ContainerFixture>
{
    private const int AtOnce = 4;

    private static readonly IReadOnlyDictionary<string, Func<PortainerFault, PortainerFault>> OfReads = new Dictionary<string, Func<PortainerFault, PortainerFault>>
    {
        ["500"] = fault => fault,
        ["timeout"] = fault => fault with { Hangs = true },
        ["connection lost"] = fault => fault with { Drops = true },
    };

    private static readonly IReadOnlyDictionary<string, Func<PortainerFault, PortainerFault>> OfWrites = new Dictionary<string, Func<PortainerFault, PortainerFault>>(OfReads)
    {
        ["twice 502"] = fault => fault with { Status = 502, Times = 2 },
        ["500 after acting"] = fault => fault with { Acts = true },
        ["timeout after acting"] = fault => fault with { Acts = true, Hangs = true },
        ["connection lost after acting"] = fault => fault with { Acts = true, Drops = true },
    };

    private static readonly IReadOnlyDictionary<string, Func<PortainerFault, PortainerFault>> OfStacks = new Dictionary<string, Func<PortainerFault, PortainerFault>>(OfWrites)
    {
        ["row without containers"] = fault => fault with { Acts = true, Remains = StackRemains.Row },
        ["containers without a row"] = fault => fault with { Acts = true, Remains = StackRemains.Objects },
        ["row without containers, answered as done"] = fault => fault with { Remains = StackRemains.Row },
        ["containers without a row, answered as done"] = fault => fault with { Remains = StackRemains.Objects },
    };

    private static readonly IReadOnlyDictionary<string, Func<PortainerFault, PortainerFault>> OfLists = new Dictionary<string, Func<PortainerFault, PortainerFault>>(OfReads)
    {
        ["stale"] = fault => fault with { StaleList = true },
    };

    [Theory]
    [InlineData("POST", "/api/stacks/create/*")]
    [InlineData("GET", "/api/stacks")]
    [InlineData("POST", "*/docker/*/images/create")]
    [InlineData("POST", "*/docker/*/volumes/create")]
    [InlineData("PUT", "*/docker/*/archive")]
    public Task A_deployment_ends_with_one_container_and_one_stack(string method, string path) => ForEachFaultAsync(method, path, async (machine, fault, name) =>
    {
        machine.Server.Fail(fault);

        await machine.PrepareAsync(attempt: 1);
        await machine.StartAsync();

        Assert.Equal("1 running", await machine.ContainersAsync());
        Assert.Equal(name == "containers without a row, answered as done" ? 0 : 1, machine.Server.Stacks.Count);
    });

    [Theory]
    [InlineData("PUT", "/api/stacks/*")]
    [InlineData("GET", "/api/stacks/*")]
    [InlineData("GET", "/api/stacks")]
    [InlineData("POST", "*/docker/*/kill")]
    public Task An_update_ends_with_the_new_container_alone(string method, string path) => ForEachFaultAsync(method, path, async (machine, fault, name) =>
    {
        await machine.PrepareAsync(attempt: 1);
        await machine.StartAsync();
        machine.Server.Fail(fault);

        await machine.StopAsync();
        await machine.PrepareAsync(attempt: 2);
        await machine.StartAsync();

        Assert.Equal("2 running", await machine.ContainersAsync());
        Assert.Single(machine.Server.Stacks);
    });

    [Theory]
    [InlineData("DELETE", "/api/stacks/*")]
    [InlineData("GET", "/api/stacks/*")]
    [InlineData("GET", "/api/stacks")]
    [InlineData("DELETE", "*/docker/*/volumes/*")]
    [InlineData("DELETE", "*/docker/*/images/*")]
    public Task A_deletion_leaves_nothing(string method, string path) => ForEachFaultAsync(method, path, async (machine, fault, name) =>
    {
        await machine.PrepareAsync(attempt: 1);
        await machine.StartAsync();
        await machine.StopAsync();
        machine.Server.Fail(fault);
        await machine.RemoveAsync();
        Assert.Empty(machine.Server.PendingFaults);
        Assert.Equal("", await machine.LeftAsync());
    });

    /// <summary>Each with an agent and a Portainer of its own, some at once; whatever was left is removed without faults.</summary>
    private async Task ForEachFaultAsync(string method, string path, Func<StackMachine, PortainerFault, string, Task> test)
    {
        ContainerFixture.Require();
        var faults = (method, path) switch
        {
            ("GET", "/api/stacks") => OfLists,
            ("GET", _) => OfReads,
            (_, ['/', ..]) => OfStacks,
            _ => OfWrites,
        };
        var problems = new ConcurrentQueue<string>();
        // All agents are of one image, which goes with the last of them: this one stays.
        await using var keeper = await StackMachine.StartAsync(fixture);
        await keeper.PrepareAsync(attempt: 1);
        await keeper.StartAsync();
        await Parallel.ForEachAsync(faults, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (entry, _) =>
        {
            await using var machine = await StackMachine.StartAsync(fixture);
            try
            {
                await test(machine, entry.Value(new PortainerFault(method, path)), entry.Key);
                Assert.Empty(machine.Server.PendingFaults);
                await machine.StopAsync();
                await machine.RemoveAsync();
                Assert.Equal("", await machine.LeftAsync());
                Assert.IsType<AgentState.NotPrepared>(await machine.InspectAsync());
                Assert.Empty(machine.Server.UnknownRoutes);
            }
            catch (Exception exception)
            {
                problems.Enqueue($"{entry.Key}: {exception}");
            }
        });
        await keeper.StopAsync();
        await keeper.RemoveAsync();
        Assert.True(problems.IsEmpty, string.Join("\n\n", problems));
    }
}
