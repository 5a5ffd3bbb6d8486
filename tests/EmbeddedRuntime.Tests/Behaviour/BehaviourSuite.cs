using Microsoft.Extensions.DependencyInjection;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Behaviour;

/// <summary>Cases in plain orchestrators that every host of the SDK's surface must pass.</summary>
public abstract class BehaviourSuite(StartHost start)
{
    protected Task<DurableHost> StartAsync(Action<DurableTaskRegistry> tasks, Action<IServiceCollection>? services = null) => start(tasks, services);

    /// <summary>Starts a host with one orchestrator, "Run", and an activity "Nothing".</summary>
    protected Task<DurableHost> StartAsync(Func<TaskOrchestrationContext, Task<string?>> orchestrator) => start(
        tasks => tasks.AddOrchestratorFunc("Run", orchestrator).AddActivityFunc("Nothing", _ => { }), null);

    protected static async Task RefusesExistingAsync(Func<Task> startAgain)
    {
        // The hosts' exceptions have one name in different namespaces.
        var refused = await Assert.ThrowsAnyAsync<Exception>(startAgain);
        Assert.Equal("OrchestrationAlreadyExistsException", refused.GetType().Name);
    }
}

/// <summary>Where the behaviour of a case is laid down: a file of the SDK's source or a document, and the place in it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EncodesAttribute(string source, string place) : Attribute
{
    public string Source => source;

    public string Place => place;
}

/// <summary>The official in-process host is known to fail this case; ours keeps to the SDK's documents, or loses nothing where it would.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OfficialHostDiffersAttribute(string reason) : Attribute
{
    public string Reason => reason;
}
