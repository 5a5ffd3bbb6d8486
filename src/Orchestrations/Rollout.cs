using MultiAgentInfra.Core.Deployments;

namespace MultiAgentInfra.Orchestrations;

/// <summary>The watching half of a deployment: activities look once, and the waiting between looks is a durable timer.</summary>
internal static class Rollout
{
    private static readonly TimeSpan FastPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan SlowPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FastPhase = TimeSpan.FromSeconds(30);

    /// <summary>An agent is a singleton: the old one is proven gone before a new one starts.</summary>
    public static async Task StopUntilGoneAsync(this TaskOrchestrationContext context, Guid operationId, Guid agentId)
    {
        var begun = context.CurrentUtcDateTime;
        var asked = begun;
        DateTime? killed = null;
        while (true)
        {
            // From the first kill and not from the first request: between the two the control plane may have been down.
            if (context.CurrentUtcDateTime >= asked + StepBudgets.Stop)
                killed ??= context.CurrentUtcDateTime;
            var observation = await context.CallStepAsync(new StopAgent(operationId, agentId, killed is not null));
            if (observation.Gone)
                return;
            // What is not there yet has not been asked to stop.
            if (observation.Awaited && context.CurrentUtcDateTime < begun + StepBudgets.Unanswered)
                (asked, killed) = (context.CurrentUtcDateTime, null);
            if (context.CurrentUtcDateTime >= killed + StepBudgets.Kill)
                throw new StepFailedException("stop", $"The agent is still there {StepBudgets.Kill.TotalSeconds:0} s after it was killed.");
            await context.PauseAsync(begun);
        }
    }

    /// <summary>A target that has not answered may be doing it: it is asked again, not told to do it twice.</summary>
    public static async Task StartUntilAnsweredAsync(this TaskOrchestrationContext context, StartAgent start)
    {
        var begun = context.CurrentUtcDateTime;
        while ((await context.CallStepAsync(start)).Unanswered)
        {
            if (context.CurrentUtcDateTime >= begun + StepBudgets.Start)
                throw new StepFailedException(((IStepInput<StartedAgent>)start).Step, $"The target did not answer within {StepBudgets.Start.TotalMinutes:0} min whether it starts the agent.");
            await context.PauseAsync(begun);
        }
    }

    /// <summary>Where the version of ElizaOS changes, a snapshot of the agent's data is made first, or put back.</summary>
    public static async Task PrepareUntilReadyAsync(this TaskOrchestrationContext context, PrepareTemplate template)
    {
        var started = context.CurrentUtcDateTime;
        while ((await context.CallStepAsync(template)).Waiting is { } what)
        {
            if (context.CurrentUtcDateTime >= started + StepBudgets.Snapshot)
                throw new StepFailedException(((IStepInput<PreparedTemplate>)template).Step, $"{what} This took longer than {StepBudgets.Snapshot.TotalSeconds:0} s.");
            await context.PauseAsync(started);
        }
    }

    public static async Task WaitUntilHealthyAsync(this TaskOrchestrationContext context, CheckAgent look, TimeSpan boot)
    {
        var started = context.CurrentUtcDateTime;
        while (true)
        {
            var observation = await context.CallStepAsync(look);
            if (observation.Ready)
                return;
            if (observation.Failure is { } failure)
                throw Failed(failure, observation);
            if (context.CurrentUtcDateTime >= started + boot)
                throw Failed($"The agent did not answer within {boot.TotalSeconds:0} s of its start.", observation);
            await context.PauseAsync(started);
        }

        StepFailedException Failed(string message, AgentObservation observation) =>
            new(((IStepInput<AgentObservation>)look).Step, message, diagnosis: observation.Diagnosis);
    }

    /// <summary>One good answer proves little: the agent must stay healthy for the hold time.</summary>
    public static async Task HoldAsync(this TaskOrchestrationContext context, HoldAgent look)
    {
        var end = context.CurrentUtcDateTime + StepBudgets.Hold;
        while (true)
        {
            var last = context.CurrentUtcDateTime >= end;
            var observation = await context.CallStepAsync(look with { Last = last });
            if (!observation.Ready)
            {
                var message = observation.Failure ?? "The agent stopped answering during its hold time.";
                throw new StepFailedException(((IStepInput<AgentObservation>)look).Step, message, diagnosis: observation.Diagnosis);
            }
            if (last)
                return;
            var next = context.CurrentUtcDateTime + SlowPause;
            await context.CreateTimer(next < end ? next : end, CancellationToken.None);
        }
    }

    private static Task PauseAsync(this TaskOrchestrationContext context, DateTime since)
    {
        var pause = context.CurrentUtcDateTime < since + FastPhase ? FastPause : SlowPause;
        return context.CreateTimer(context.CurrentUtcDateTime + pause, CancellationToken.None);
    }
}
