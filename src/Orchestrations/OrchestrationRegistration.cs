namespace MultiAgentInfra.Orchestrations;

/// <summary>Registers every orchestrator, in either host.</summary>
public static class OrchestrationRegistration
{
    public static DurableTaskRegistry AddOrchestrations(this DurableTaskRegistry registry)
    {
        registry.AddOrchestrator<DeleteAgentOrchestrator>();
        registry.AddOrchestrator<DeployAgentOrchestrator>();
        registry.AddOrchestrator<StopAgentOrchestrator>();
        return registry;
    }
}
