using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.Clients.Tests.Local;
using MultiAgentInfra.Clients.Tests.Processes;

namespace MultiAgentInfra.Clients.Tests.Targets;

public sealed class LocalAgentTargetTests : AgentTargetTests, IAsyncDisposable
{
    private readonly AgentMachine _machine = new();

    public ValueTask DisposeAsync() => _machine.DisposeAsync();

    protected override IAgentTarget NewTarget() => _machine.NewTarget();

    protected override AgentLaunch NewLaunch(int attempt, Guid agentId) => _machine.NewLaunch(attempt, agentId);

    protected override Task PrepareAsync(IAgentTarget target, AgentLaunch launch, bool ignoresStop)
    {
        var character = AgentMachine.Character($$"""{"say":["one","two"],"onTerm":"{{(ignoresStop ? "ignore" : "exit")}}"}""");
        return target.PrepareAsync(launch, new("agents", AgentMachine.UnpackStandInAsync, character), TestDeadline.Token());
    }
}
