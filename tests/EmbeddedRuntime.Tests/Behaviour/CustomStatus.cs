namespace MultiAgentInfra.EmbeddedRuntime.Tests.Behaviour;

public abstract class CustomStatus(StartHost start) : BehaviourSuite(start)
{
    [Fact]
    [Encodes(Sources.Patterns, "SetCustomStatus")]
    public async Task A_custom_status_is_visible_while_the_instance_runs()
    {
        await using var host = await StartAsync(async context =>
        {
            context.SetCustomStatus("waiting");
            await context.WaitForExternalEvent<string>("go");
            context.SetCustomStatus("done");
            return "";
        });
        var id = await host.BeginAsync();
        await host.ShowAsync(id, "waiting");
        await host.Client.RaiseEventAsync(id, "go");
        Assert.Equal("done", (await host.FinishAsync(id)).ReadCustomStatusAs<string>());
    }

    [Fact]
    [Encodes(Sources.Contract, "to clear the custom status")]
    public async Task Null_clears_the_custom_status()
    {
        await using var host = await StartAsync(async context =>
        {
            context.SetCustomStatus("waiting");
            await context.WaitForExternalEvent<string>("go");
            context.SetCustomStatus(null);
            return "";
        });
        var id = await host.BeginAsync();
        await host.ShowAsync(id, "waiting");
        await host.Client.RaiseEventAsync(id, "go");
        Assert.Null((await host.FinishAsync(id)).SerializedCustomStatus);
    }

    [Fact]
    [Encodes(Sources.Shim, "GetStatus")]
    public async Task A_custom_status_stays_until_the_next_is_set()
    {
        await using var host = await StartAsync(async context =>
        {
            context.SetCustomStatus(new Progress(3, "build"));
            await context.CallActivityAsync("Nothing");
            await context.CallActivityAsync("Nothing");
            return "";
        });
        Assert.Equal(new Progress(3, "build"), (await host.RunAsync("Run")).ReadCustomStatusAs<Progress>());
    }

    [Fact]
    [Encodes(Sources.CoreDispatcher, "runtimeState.Status = result?.CustomStatus")]
    public async Task The_last_status_of_a_turn_counts_and_a_failure_keeps_it()
    {
        await using var host = await StartAsync(context =>
        {
            context.SetCustomStatus("first");
            context.SetCustomStatus("last");
            throw new InvalidOperationException("broken");
        });
        var result = await host.RunAsync("Run");
        Assert.Equal((OrchestrationRuntimeStatus.Failed, "last"), (result.RuntimeStatus, result.ReadCustomStatusAs<string>()));
    }

    internal sealed record Progress(int Steps, string Current);
}
