using MultiAgentInfra.Clients.Docker;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Core.Agents;

namespace MultiAgentInfra.Clients.Tests.Docker;

public sealed class ContainerPlanTests
{
    [Fact]
    public void A_container_is_written_down_with_its_variables_by_name_and_without_labels()
    {
        var plan = Plan(new(), new() { ["MY_KEY"] = LaunchPlan.Mask, ["LOG_LEVEL"] = "a=b" });

        var container = Assert.Single(plan.Objects);
        Assert.Equal(("Container", "agent-1"), (container.Kind, container.Name));
        var spec = container.Json["spec"]!.AsObject();
        Assert.Equal(("***", "a=b"), ((string)spec["Env"]!["MY_KEY"]!, (string)spec["Env"]!["LOG_LEVEL"]!));
        Assert.False(spec.ContainsKey("Labels"));
        Assert.Equal(1024L * 1024 * 1024, (long)spec["HostConfig"]!["Memory"]!);
        Assert.Equal(new(1, 1, null, new(1, 1024), null), plan.Cost);
    }

    [Fact]
    public void What_changes_of_it_is_named_by_path_and_so_is_what_goes()
    {
        var last = Plan(new(), new() { ["OLD/KEY~"] = "x", ["LOG_LEVEL"] = "debug" });
        var next = Plan(new(MemoryMiB: 2048), new() { ["LOG_LEVEL"] = "trace" });

        var change = Assert.Single(LaunchDifference.Of(next, last.Objects, last));
        Assert.Equal(ObjectChange.Changed, change.Change);
        Assert.Equal(
            ["/spec/Env/LOG_LEVEL", "/spec/Env/NODE_OPTIONS", "/spec/Env/OLD~1KEY~0", "/spec/HostConfig/Memory", "/spec/HostConfig/MemorySwap"],
            change.Paths);
        Assert.Empty(LaunchDifference.Of(next, next.Objects, next));
        Assert.Equal([ObjectChange.Added], LaunchDifference.Of(next, [], null).Select(item => item.Change));
    }

    private static LaunchPlan Plan(AgentResources resources, Dictionary<string, string> variables)
    {
        var launch = new AgentLaunch(Guid.NewGuid(), 1, 1, Guid.NewGuid(), LaunchPlan.NoImage, LaunchPlan.NoImage, 0, 0, resources);
        return ContainerSpec.Of(launch, $"registry.example/agents@{LaunchPlan.NoImage}", "agent-1", hostNetwork: false, variables).ToPlan(launch, "agent-1");
    }
}
