using Microsoft.AspNetCore.Http;

namespace MultiAgentInfra.TestSupport.Portainer;

/// <summary>Where faults stand: before everything else.</summary>
internal sealed class FaultGate(TimeProvider clock)
{
    private readonly List<(PortainerFault Fault, int Passed)> _faults = [];
    private int _waiting;
    private int _due;

    /// <summary>Calls that hang or are slow, at this moment.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>A slow call is due, and not done yet: threads are slower than the clock.</summary>
    public bool IsBehind => Volatile.Read(ref _due) > 0;

    public void Add(PortainerFault fault)
    {
        lock (_faults)
            _faults.Add((fault, 0));
    }

    /// <summary>Those that have not come as often as they should.</summary>
    public IReadOnlyList<PortainerFault> Pending
    {
        get
        {
            lock (_faults)
                return [.. _faults.Where(entry => entry.Passed - entry.Fault.After < entry.Fault.Times).Select(entry => entry.Fault)];
        }
    }

    public void Clear()
    {
        lock (_faults)
            _faults.Clear();
    }

    public async Task PassAsync(HttpContext context, RequestDelegate next)
    {
        if (Take(context.Request.Method, context.Request.Path) is not { } fault)
        {
            await next(context);
            return;
        }

        if (fault.StaleList)
            context.Items[nameof(PortainerFault.StaleList)] = true;
        if (fault.Remains != StackRemains.All)
            context.Items[nameof(StackRemains)] = fault.Remains;
        if (fault.Delay is not { } delay)
        {
            await ActAsync(context, next, fault);
            return;
        }

        // While the client is still there.
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        body.Position = 0;
        context.Request.Body = body;
        if (fault.Drops)
        {
            context.Abort();
            context.Response.Body = Stream.Null;
        }

        await UntilDueAsync(delay);
        try
        {
            context.RequestAborted = CancellationToken.None;
            await ActAsync(context, next, fault);
        }
        finally
        {
            Interlocked.Decrement(ref _due);
        }
    }

    // A server that is slow goes on though its client has given up.
    private async Task UntilDueAsync(TimeSpan delay)
    {
        var due = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Increment(ref _waiting);
        // While the clock is still being moved: whoever moves it sees that something is to be done.
        await using var timer = clock.CreateTimer(
            _ =>
            {
                Interlocked.Increment(ref _due);
                due.SetResult();
            },
            null,
            delay,
            Timeout.InfiniteTimeSpan);
        await due.Task;
        Interlocked.Decrement(ref _waiting);
    }

    private async Task ActAsync(HttpContext context, RequestDelegate next, PortainerFault fault)
    {
        var goesWell = fault.StaleList || fault.Delay is not null || (fault.Remains != StackRemains.All && !fault.Acts);
        if (goesWell)
            await next(context);
        else
            await FailAsync(context, next, fault);
    }

    private async Task FailAsync(HttpContext context, RequestDelegate next, PortainerFault fault)
    {
        if (fault.Acts)
        {
            var body = context.Response.Body;
            context.Response.Body = new MemoryStream();
            await next(context);
            context.Response.Body = body;
        }

        if (fault.Hangs)
            await HangAsync(context.RequestAborted);
        if (fault.Hangs || fault.Drops)
        {
            context.Abort();
            return;
        }

        context.Response.Clear();
        context.Response.StatusCode = fault.Status;
        await context.Response.WriteAsJsonAsync(new { message = fault.Message, details = "Injected" });
    }

    private PortainerFault? Take(string method, string path)
    {
        lock (_faults)
        {
            for (var i = 0; i < _faults.Count; i++)
            {
                var (fault, passed) = _faults[i];
                if (!fault.Matches(method, path) || passed - fault.After >= fault.Times)
                    continue;
                _faults[i] = (fault, passed + 1);
                if (passed >= fault.After)
                    return fault;
            }
        }

        return null;
    }

    private async Task HangAsync(CancellationToken aborted)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, clock, aborted);
        }
        catch (OperationCanceledException)
        {
            // The client gave up.
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}
