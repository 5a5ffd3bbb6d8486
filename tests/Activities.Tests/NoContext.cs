using MultiAgentInfra.EmbeddedRuntime;

namespace MultiAgentInfra.Activities.Tests;

/// <summary>The call of an activity that asks its context for nothing.</summary>
internal sealed class NoContext : TaskActivityContext
{
    public override TaskName Name => "activity";

    public override string InstanceId => "instance";
}
