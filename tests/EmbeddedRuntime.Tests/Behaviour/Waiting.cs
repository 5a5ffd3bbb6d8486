namespace MultiAgentInfra.EmbeddedRuntime.Tests.Behaviour;

/// <summary>Clients that wait for an instance.</summary>
public abstract class Waiting(StartHost start) : BehaviourSuite(start)
{
    [Fact]
    [Encodes(Sources.Client, "is any instance not in the")]
    public async Task A_wait_for_the_start_ends_when_the_instance_is_no_longer_pending()
    {
        await using var host = await StartAsync(WaitForGo);
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Run", "input");
        var started = await host.Client.WaitForInstanceStartAsync(id, getInputsAndOutputs: true);
        Assert.Equal((OrchestrationRuntimeStatus.Running, "input"), (started.RuntimeStatus, started.ReadInputAs<string>()));
    }

    [Fact]
    [Encodes(Sources.Client, "If an orchestration instance is already complete when this method is called, the method will return immediately")]
    public async Task A_wait_for_a_finished_instance_ends_at_once()
    {
        await using var host = await StartAsync(_ => Task.FromResult<string?>("done"));
        var id = (await host.RunAsync("Run")).InstanceId;
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await host.Client.WaitForInstanceStartAsync(id)).RuntimeStatus);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await host.Client.WaitForInstanceCompletionAsync(id)).RuntimeStatus);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Encodes(Sources.Client, "getInputsAndOutputs")]
    public async Task A_wait_brings_inputs_and_outputs_only_when_they_were_asked_for(bool withData)
    {
        await using var host = await StartAsync(_ => Task.FromResult<string?>("done"));
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("Run", "input");
        var result = await host.Client.WaitForInstanceCompletionAsync(id, withData);
        Assert.Equal(withData ? "\"done\"" : null, result.SerializedOutput);
        Assert.Equal(withData ? "\"input\"" : null, result.SerializedInput);
    }

    [Fact]
    [Encodes(Sources.GrpcClient, "operation was canceled")]
    public async Task A_wait_ends_with_its_token()
    {
        await using var host = await StartAsync(WaitForGo);
        var id = await host.BeginAsync();
        using var cancelled = new CancellationTokenSource();
        var wait = host.Client.WaitForInstanceCompletionAsync(id, cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
    }

    [Fact]
    [Encodes(Sources.Client, "WaitForInstanceCompletionAsync")]
    public async Task Many_wait_for_one_instance()
    {
        await using var host = await StartAsync(WaitForGo);
        var id = await host.BeginAsync();
        var waits = Enumerable.Range(0, 10).Select(_ => host.FinishAsync(id)).ToArray();
        await host.Client.RaiseEventAsync(id, "go", "done");
        Assert.All(await Task.WhenAll(waits), result => Assert.Equal("done", result.ReadOutputAs<string>()));
    }

    [Fact]
    [Encodes(Sources.Client, "is found")]
    [OfficialHostDiffers("It waits for the instance to appear.")]
    public async Task A_wait_for_an_unknown_instance_says_so()
    {
        await using var host = await StartAsync(WaitForGo);
        await Assert.ThrowsAsync<ArgumentException>(() => host.Client.WaitForInstanceStartAsync("nobody"));
        await Assert.ThrowsAsync<ArgumentException>(() => host.Client.WaitForInstanceCompletionAsync("nobody"));
    }

    private static async Task<string?> WaitForGo(TaskOrchestrationContext context) => await context.WaitForExternalEvent<string>("go");
}
