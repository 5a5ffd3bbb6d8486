namespace MultiAgentInfra.EmbeddedRuntime.Tests.Behaviour;

/// <summary>What cannot become text is reported where it is given.</summary>
public abstract class Serialisation(StartHost start) : BehaviourSuite(start)
{
    private static readonly Action NotSerialisable = () => { };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Encodes(Sources.CoreContext, "MessageDataConverter.SerializeInternal")]
    public async Task An_input_that_cannot_be_serialised_is_reported_at_the_call(bool activity)
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string>("Run", async context =>
            {
                try
                {
                    await (activity ? context.CallActivityAsync("Never", NotSerialisable) : context.CallSubOrchestratorAsync("Never", NotSerialisable));
                    return "no failure";
                }
                catch (NotSupportedException)
                {
                    return "caught";
                }
            })
            .AddActivityFunc("Never", _ => { }));
        Assert.Equal("caught", (await host.RunAsync("Run")).ReadOutputAs<string>());
    }

    [Theory]
    [InlineData("event")]
    [InlineData("new start")]
    [Encodes(Sources.CoreContext, "SerializeInternal")]
    public async Task A_payload_that_cannot_be_serialised_is_reported_at_the_call(string call)
    {
        await using var host = await StartAsync(context =>
        {
            try
            {
                if (call == "event")
                    context.SendEvent("other", "go", NotSerialisable);
                else
                    context.ContinueAsNew(NotSerialisable);
                return Task.FromResult<string?>("no failure");
            }
            catch (NotSupportedException)
            {
                return Task.FromResult<string?>("caught");
            }
        });
        Assert.Equal("caught", (await host.RunAsync("Run")).ReadOutputAs<string>());
    }

    [Fact]
    [Encodes(Sources.GrpcClient, "this.DataConverter.Serialize(input)")]
    public async Task A_client_is_told_at_once_and_nothing_starts()
    {
        await using var host = await StartAsync(async context => await context.WaitForExternalEvent<string>("go"));
        await Assert.ThrowsAsync<NotSupportedException>(() =>
            host.Client.ScheduleNewOrchestrationInstanceAsync("Run", NotSerialisable, new StartOrchestrationOptions("one")));
        Assert.Null(await host.Client.GetInstanceAsync("one"));
        var id = await host.BeginAsync();
        await Assert.ThrowsAsync<NotSupportedException>(() => host.Client.RaiseEventAsync(id, "go", NotSerialisable));
        await Assert.ThrowsAsync<NotSupportedException>(() => host.Client.TerminateInstanceAsync(id, NotSerialisable));
    }

    [Fact]
    [Encodes(Sources.Shim, "this.DataConverter.Serialize(output)")]
    public async Task An_output_that_cannot_be_serialised_fails_its_task()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<Action>("Run", _ => NotSerialisable)
            .AddOrchestratorFunc("Call", context => context.CallActivityAsync("Make"))
            .AddActivityFunc<Action>("Make", _ => NotSerialisable));
        Assert.True((await host.RunAsync("Run")).FailureDetails!.IsCausedBy<NotSupportedException>());
        Assert.True((await host.RunAsync("Call")).FailureDetails!.InnerFailure!.IsCausedBy<NotSupportedException>());
    }

    [Fact]
    [Encodes(Sources.Shim, "this.DataConverter.Deserialize(rawInput")]
    public async Task An_input_of_another_shape_fails_the_instance()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc<int, int>("Run", (_, input) => input));
        var result = await host.RunAsync("Run", "no number");
        Assert.Equal(OrchestrationRuntimeStatus.Failed, result.RuntimeStatus);
        Assert.Equal("System.Text.Json.JsonException", result.FailureDetails!.ErrorType);
    }

    [Fact]
    [Encodes(Sources.CoreContext, "MessageDataConverter.Deserialize(serializedResult, resultType)")]
    public async Task A_result_of_another_shape_throws_at_the_call()
    {
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<int>("Run", context => context.CallActivityAsync<int>("Say"))
            .AddActivityFunc<string>("Say", _ => "no number"));
        Assert.Equal("System.Text.Json.JsonException", (await host.RunAsync("Run")).FailureDetails!.ErrorType);
    }

    [Fact]
    [Encodes(Sources.Patterns, "SpecialSerialization")]
    public async Task Large_and_unusual_texts_come_back_as_they_were()
    {
        var text = "\0\"\\\u2028 ünï" + new string('x', 200_000);
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<string, string>("Run", (context, input) => context.CallActivityAsync<string>("Echo", input)!)
            .AddActivityFunc<string, string>("Echo", (_, input) => input));
        Assert.Equal(text, (await host.RunAsync("Run", text)).ReadOutputAs<string>());
    }
}
