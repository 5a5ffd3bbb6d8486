using Microsoft.Extensions.DependencyInjection;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Behaviour;

/// <summary>Cases in plain orchestrators that every host of the SDK's surface must pass.</summary>
public abstract class BehaviourSuite(StartHost start)
{
    protected Task<DurableHost> StartAsync(Action<DurableTaskRegistry> tasks, Action<IServiceCollection>? services = null) => start(tasks, services);

    /// <summary>Starts a host with one orchestrator, "Run", and an activity "Nothing".</summary>
    protected Task<DurableHost> StartAsync(Func<TaskOrchestrationContext, Task<string?>> orchestrator) => start(
        tasks => tasks.AddOrchestratorFunc("Run", orchestrator).AddActivityFunc("Nothing", _ => { }), null);

    /// <summary>Runs "Wait" to the given end under an id.</summary>
    protected static async Task EndAsync(DurableHost host, string instanceId, OrchestrationRuntimeStatus status)
    {
        await host.BeginAsync(status == OrchestrationRuntimeStatus.Failed ? "Nobody" : "Wait", "first", instanceId);
        if (status == OrchestrationRuntimeStatus.Completed)
            await host.Client.RaiseEventAsync(instanceId, "go", "first");
        if (status == OrchestrationRuntimeStatus.Terminated)
            await host.Client.TerminateInstanceAsync(instanceId);
        Assert.Equal(status, (await host.FinishAsync(instanceId)).RuntimeStatus);
    }

    /// <summary>Starts a host with "Echo", which answers its input, and "Wait", which answers the event "go".</summary>
    protected Task<DurableHost> StartEchoAsync() => StartAsync(tasks => tasks
        .AddOrchestratorFunc<string, string>("Echo", (_, input) => input)
        .AddOrchestratorFunc<object, string>("Wait", async (context, _) => await context.WaitForExternalEvent<string>("go")));

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
