namespace MultiAgentInfra.EmbeddedRuntime.Tests.Behaviour;

/// <summary>Waits for events that are given up.</summary>
public abstract class EventTimeouts(StartHost start) : BehaviourSuite(start)
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);

    [Fact]
    [Encodes(Sources.Contract, "Timeouts are implemented using durable timers")]
    public async Task A_wait_with_a_timeout_is_cancelled_when_no_event_comes()
    {
        await using var host = await StartAsync(async context => await TryAsync(context.WaitForExternalEvent<string>("go", Short)));
        var id = await host.BeginAsync();
        await host.LetTimePassAsync(Short);
        Assert.Equal("given up", await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.Patterns, "WaitForExternalEvent_WithTimeoutAndCancellationToken_EventWins")]
    public async Task A_wait_with_a_timeout_gets_an_event_in_time_and_keeps_nothing_running()
    {
        await using var host = await StartAsync(async context => await TryAsync(context.WaitForExternalEvent<string>("go", TimeSpan.FromDays(2))));
        var id = await host.BeginAsync();
        await host.Client.RaiseEventAsync(id, "go", "in time");
        Assert.Equal("in time", await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.Patterns, "WaitForExternalEvent_WithTimeoutAndCancellationToken_ExternalCancellationWins")]
    public async Task A_wait_with_a_timeout_ends_with_its_token_too()
    {
        await using var host = await StartAsync(async context =>
        {
            using var cancellation = new CancellationTokenSource();
            var wait = context.WaitForExternalEvent<string>("go", TimeSpan.FromDays(2), cancellation.Token);
            await context.WaitForExternalEvent<string>("cancel");
            cancellation.Cancel();
            return await TryAsync(wait);
        });
        var id = await host.BeginAsync();
        await host.Client.RaiseEventAsync(id, "cancel");
        Assert.Equal("given up", await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.Context, "eventSource.TrySetCanceled")]
    public async Task A_wait_ends_with_its_token()
    {
        await using var host = await StartAsync(async context =>
        {
            using var cancellation = new CancellationTokenSource();
            var wait = context.WaitForExternalEvent<string>("go", cancellation.Token);
            await context.CallActivityAsync("Nothing");
            cancellation.Cancel();
            return await TryAsync(wait);
        });
        Assert.Equal("given up", (await host.RunAsync("Run")).ReadOutputAs<string>());
    }

    [Fact]
    [Encodes(Sources.Context, "eventSource.TrySetCanceled")]
    public async Task A_wait_with_a_token_that_is_cancelled_already_ends_at_once()
    {
        await using var host = await StartAsync(async context =>
        {
            using var cancellation = new CancellationTokenSource();
            cancellation.Cancel();
            return await TryAsync(context.WaitForExternalEvent<string>("go", cancellation.Token));
        });
        Assert.Equal("given up", (await host.RunAsync("Run")).ReadOutputAs<string>());
    }

    [Fact]
    [Encodes(Sources.Context, "We can complete the event right away")]
    public async Task A_kept_event_is_taken_even_by_a_wait_whose_token_is_cancelled()
    {
        await using var host = await StartAsync(async context =>
        {
            await context.WaitForExternalEvent<string>("gate");
            using var cancellation = new CancellationTokenSource();
            cancellation.Cancel();
            return await TryAsync(context.WaitForExternalEvent<string>("go", cancellation.Token));
        });
        var id = await host.BeginAsync();
        await host.Client.RaiseEventAsync(id, "go", "kept");
        await host.Client.RaiseEventAsync(id, "gate");
        Assert.Equal("kept", await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.EventStack, "Issue508_FirstWaiterCancelled_SecondWaiterReceivesEvent")]
    public async Task An_event_after_a_cancelled_wait_goes_to_the_next_wait()
    {
        await using var host = await StartAsync(async context =>
            await TryAsync(context.WaitForExternalEvent<string>("go", Short)) + " " + await context.WaitForExternalEvent<string>("go"));
        var id = await host.BeginAsync();
        await host.LetTimePassAsync(Short);
        await host.Client.RaiseEventAsync(id, "go", "second wait");
        Assert.Equal("given up second wait", await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.Client, "This event saving occurs even if the orchestrator has canceled its wait")]
    [OfficialHostDiffers("Its cancelled wait stays on the stack and swallows the event (azure-functions-durable-extension issue 1676).")]
    public async Task An_event_that_comes_while_only_a_cancelled_wait_is_there_is_kept()
    {
        await using var host = await StartAsync(async context =>
        {
            var first = await TryAsync(context.WaitForExternalEvent<string>("go", Short));
            context.SetCustomStatus(first);
            await context.WaitForExternalEvent<string>("gate");
            return await context.WaitForExternalEvent<string>("go");
        });
        var id = await host.BeginAsync();
        await host.LetTimePassAsync(Short);
        await host.ShowAsync(id, "given up");
        await host.Client.RaiseEventAsync(id, "go", "kept");
        await host.Client.RaiseEventAsync(id, "gate");
        Assert.Equal("kept", await host.OutputAsync(id));
    }

    [Fact]
    [Encodes(Sources.ExtensionIssues + "1676", "keep popping TaskCompletionSources until we have one that is not cancelled")]
    [OfficialHostDiffers("Its cancelled wait is the newest on the stack and swallows the event (azure-functions-durable-extension issue 1676).")]
    public async Task A_cancelled_wait_hands_nothing_to_nobody_while_an_older_wait_is_there()
    {
        await using var host = await StartAsync(async context =>
        {
            using var cancellation = new CancellationTokenSource();
            var older = context.WaitForExternalEvent<string>("go");
            var newer = context.WaitForExternalEvent<string>("go", cancellation.Token);
            await context.CallActivityAsync("Nothing");
            cancellation.Cancel();
            context.SetCustomStatus(await TryAsync(newer));
            return await older;
        });
        var id = await host.BeginAsync();
        await host.ShowAsync(id, "given up");
        await host.Client.RaiseEventAsync(id, "go", "older wait");
        Assert.Equal("older wait", await host.OutputAsync(id));
    }

    private static async Task<string> TryAsync(Task<string> wait)
    {
        try
        {
            return await wait;
        }
        catch (OperationCanceledException)
        {
            return "given up";
        }
    }
}
