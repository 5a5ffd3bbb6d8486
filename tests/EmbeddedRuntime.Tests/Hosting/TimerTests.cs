using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MultiAgentInfra.EmbeddedRuntime.Hosting;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Hosting;

public sealed class TimerTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    private readonly ManualClock _clock = new(Start);

    [Fact]
    public async Task A_timer_runs_at_each_tick_and_knows_the_ticks_around_it()
    {
        await using var app = await StartAsync(typeof(EveryMinute));
        Assert.Empty(app.Journal.Lines);

        await TickAsync(app, TimeSpan.FromSeconds(52), 0);
        await TickAsync(app, TimeSpan.FromSeconds(1), 1);
        await TickAsync(app, TimeSpan.FromMinutes(1), 2);

        Assert.Equal(
            ["last 0001-01-01T00:00:00 next 2026-03-04T05:08:00 late False", "last 2026-03-04T05:07:00 next 2026-03-04T05:09:00 late False"],
            app.Journal.Lines);
    }

    [Fact]
    public async Task A_run_that_fails_is_logged_and_the_next_tick_runs()
    {
        await using var app = await StartAsync(typeof(Failing));

        await TickAsync(app, TimeSpan.FromMinutes(1), 1);
        await TickAsync(app, TimeSpan.FromMinutes(1), 2);

        Assert.Equal(2, app.Journal.Lines.Count(line => line.StartsWith("Error: The timer function Failing failed", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_timer_does_not_overlap_itself_and_is_told_that_it_is_late()
    {
        await using var app = await StartAsync(typeof(Slow));
        var gate = app.Services.GetRequiredService<StreamGate>();

        await TickAsync(app, TimeSpan.FromMinutes(1), 1, waiting: 0);
        _clock.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(["late False"], app.Journal.Lines);
        gate.Open();
        await UntilAsync(() => app.Journal.Lines.Count == 2 && _clock.Waiting == 1);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await UntilAsync(() => app.Journal.Lines.Count == 3);

        Assert.Equal(["late False", "late True", "late False"], app.Journal.Lines);
    }

    [Fact]
    public async Task A_schedule_can_be_a_setting()
    {
        await using var app = await StartAsync(typeof(FromSetting));

        await TickAsync(app, TimeSpan.FromHours(1), 1);

        Assert.Equal(["ran, status False"], app.Journal.Lines);
    }

    [Fact]
    public async Task A_setting_that_is_missing_stops_the_start_by_name()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => TestApplication.StartAsync(builder => builder.AddFunctions([typeof(FromSetting)])));

        Assert.Equal("The setting 'Poll:Schedule' in '%Poll:Schedule%' is not configured.", error.Message);
    }

    [Fact]
    public async Task A_running_timer_is_cancelled_when_the_host_stops()
    {
        await using var app = await StartAsync(typeof(Slow));
        await TickAsync(app, TimeSpan.FromMinutes(1), 1, waiting: 0);

        await app.StopAsync();

        Assert.Equal(["late False", "cancelled"], app.Journal.Lines);
    }

    [Fact]
    public async Task A_timer_that_waits_when_another_part_fails_to_start_ends_without_an_error()
    {
        var builder = EmbeddedApplication.CreateBuilder().AddFunctions([typeof(EveryMinute)]);
        builder.Services.AddSingleton<TimeProvider>(_clock).AddSingleton<Journal>();
        await using var app = builder.Build();
        var worker = Assert.Single(app.Services.GetServices<IHostedService>().OfType<BackgroundService>());
        await worker.StartAsync(CancellationToken.None);
        await UntilAsync(() => _clock.Waiting == 1);

        // A host that cannot start disposes what it has started, and logs the failure of what does not end by itself.
        worker.Dispose();

        await worker.ExecuteTask!;
    }

    /// <summary>Waits for a condition, with a deadline of ten seconds.</summary>
    internal static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!condition())
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, deadline.Token);
    }

    private Task<TestApplication> StartAsync(Type functions) => TestApplication.StartAsync(builder =>
    {
        builder.Configuration["Poll:Schedule"] = functions == typeof(FromSetting) ? "0 0 * * * *" : null;
        builder.Services.AddSingleton<TimeProvider>(_clock);
        builder.AddFunctions([functions]);
    });

    /// <summary>Moves the clock, but not before the worker waits: the first tick is computed on the worker's own thread, after the start.</summary>
    private async Task TickAsync(TestApplication app, TimeSpan by, int lines, int waiting = 1)
    {
        await UntilAsync(() => _clock.Waiting == 1);
        _clock.Advance(by);
        await UntilAsync(() => _clock.Waiting == waiting && app.Journal.Lines.Count == lines);
    }

    internal sealed class EveryMinute(Journal journal)
    {
        [Function("EveryMinute")]
        public Task RunAsync([TimerTrigger("0 * * * * *")] TimerInfo timer)
        {
            var status = timer.ScheduleStatus!;
            journal.Add($"last {status.Last:s} next {status.Next:s} late {timer.IsPastDue}");
            return Task.CompletedTask;
        }
    }

    internal static class Failing
    {
        [Function("Failing")]
        public static void Run([TimerTrigger("0 * * * * *")] TimerInfo timer) => throw new InvalidOperationException($"late {timer.IsPastDue}");
    }

    internal sealed class FromSetting(Journal journal)
    {
        [Function("FromSetting")]
        public void Run([TimerTrigger("%Poll:Schedule%", UseMonitor = false)] TimerInfo timer) => journal.Add($"ran, status {timer.ScheduleStatus is not null}");
    }

    internal sealed class Slow(Journal journal, StreamGate gate)
    {
        [Function("Slow")]
        public async Task RunAsync([TimerTrigger("0 * * * * *")] TimerInfo timer, CancellationToken cancellationToken)
        {
            journal.Add($"late {timer.IsPastDue}");
            try
            {
                await gate.Opened.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                journal.Add("cancelled");
                throw;
            }
        }
    }
}
