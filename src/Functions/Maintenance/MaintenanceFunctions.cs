namespace MultiAgentInfra.Functions.Maintenance;

/// <summary>What happens by the clock.</summary>
public sealed class MaintenanceFunctions(OutboxDispatcher outbox, HealthPoller health, OperationSweeper sweeper, Housekeeping housekeeping)
{
    [Function("DispatchOutbox")]
    public Task DispatchOutboxAsync(
        // At start too: what the last process left, and what the adoption of agents has just ordered, need not wait for the clock.
        [TimerTrigger("*/10 * * * * *", RunOnStartup = true)] TimerInfo timer, [DurableClient] DurableTaskClient durable, FunctionContext context) =>
        outbox.DispatchAsync(durable, context.CancellationToken);

    [Function("PollHealth")]
    public Task PollHealthAsync([TimerTrigger("*/15 * * * * *")] TimerInfo timer, FunctionContext context) =>
        health.PollAsync(context.CancellationToken);

    [Function("SweepOperations")]
    public Task SweepOperationsAsync(
        [TimerTrigger("*/30 * * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient durable, FunctionContext context) =>
        sweeper.SweepAsync(durable, context.CancellationToken);

    [Function("KeepHouse")]
    public Task KeepHouseAsync(
        [TimerTrigger("0 0 * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient durable, FunctionContext context) =>
        housekeeping.RunAsync(durable, context.CancellationToken);
}
