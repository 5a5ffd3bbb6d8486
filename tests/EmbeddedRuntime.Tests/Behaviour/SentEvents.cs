namespace MultiAgentInfra.EmbeddedRuntime.Tests.Behaviour;

/// <summary>Events from one orchestration to another.</summary>
public abstract class SentEvents(StartHost start) : BehaviourSuite(start)
{
    [Fact]
    [Encodes(Sources.CoreContext, "SendEvent")]
    public async Task An_orchestration_sends_an_event_to_another()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("Run", async context => await context.WaitForExternalEvent<string>("hello"))
            .AddOrchestratorFunc<string, string>("Say", (context, target) =>
            {
                context.SendEvent(target!, "hello", "from a friend");
                return "sent";
            }));
        var listener = await host.BeginAsync();
        await host.RunAsync("Say", listener);
        Assert.Equal("from a friend", await host.OutputAsync(listener));
    }

    [Fact]
    [Encodes(Sources.CoreContext, "SendEventOrchestratorAction")]
    public async Task Events_that_an_orchestration_sends_arrive_in_their_order()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("Run", async context =>
                await context.WaitForExternalEvent<string>("part") + await context.WaitForExternalEvent<string>("part") + await context.WaitForExternalEvent<string>("part"))
            .AddOrchestratorFunc<string>("Say", (context, target) =>
            {
                foreach (var part in new[] { "a", "b", "c" })
                    context.SendEvent(target!, "part", part);
            }));
        var listener = await host.BeginAsync();
        await host.RunAsync("Say", listener);
        Assert.Equal("abc", await host.OutputAsync(listener));
    }

    [Fact]
    [Encodes(Sources.Contract, "If the target orchestration doesn't exist, the event will be silently dropped")]
    [OfficialHostDiffers("It keeps the event in a state without an instance, which its dispatcher cannot run.")]
    public async Task An_event_sent_to_nobody_harms_nobody()
    {
        await using var host = await StartAsync(context =>
        {
            context.SendEvent("nobody", "hello", "anyone?");
            return Task.FromResult<string?>("sent");
        });
        Assert.Equal("sent", (await host.RunAsync("Run")).ReadOutputAs<string>());
    }
}
