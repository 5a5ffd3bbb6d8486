using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Behaviour;

/// <summary>What an orchestrator may use instead of clocks, random ids and loggers.</summary>
public abstract class Determinism(StartHost start) : BehaviourSuite(start)
{
    [Fact]
    [Encodes(Sources.Patterns, "NewGuidTest")]
    public async Task New_ids_differ_and_each_replay_sees_the_same()
    {
        var seen = new List<string>();
        await using var host = await StartAsync(async context =>
        {
            var before = new[] { context.NewGuid(), context.NewGuid() };
            await context.CallActivityAsync("Nothing");
            var after = context.NewGuid();
            await context.CallActivityAsync("Nothing");
            seen.Add($"{before[0]} {before[1]} {after}");
            return string.Join(' ', before.Append(after).Distinct());
        });
        var output = (await host.RunAsync("Run")).ReadOutputAs<string>()!;
        Assert.Equal(3, output.Split(' ').Length);
        Assert.Equal([output], seen);
    }

    [Fact]
    [Encodes(Sources.Contract, "The name input used to generate this value is a combination of the orchestration instance ID")]
    public async Task Instances_have_ids_of_their_own()
    {
        await using var host = await StartAsync(context => Task.FromResult<string?>($"{context.NewGuid()}"));
        Assert.NotEqual((await host.RunAsync("Run")).ReadOutputAs<string>(), (await host.RunAsync("Run")).ReadOutputAs<string>());
    }

    [Fact]
    [Encodes(Sources.Patterns, "CurrentDateTimeUtc")]
    public async Task The_clock_stands_still_within_a_turn_and_never_goes_back()
    {
        await using var host = await StartAsync(async context =>
        {
            var times = new List<DateTime>();
            for (var step = 0; step < 3; step++)
            {
                times.Add(context.CurrentUtcDateTime);
                times.Add(context.CurrentUtcDateTime);
                await context.CallActivityAsync("Nothing");
            }

            return $"{times[0] == times[1] && times[2] == times[3]} {times.SequenceEqual(times.Order())} {times.All(time => time.Kind == DateTimeKind.Utc)}";
        });
        Assert.Equal("True True True", (await host.RunAsync("Run")).ReadOutputAs<string>());
    }

    [Fact]
    [Encodes(Sources.CoreExecutor, "CurrentUtcDateTime = decisionStartedEvent.Timestamp")]
    public async Task Ids_and_clock_are_the_same_after_a_restart()
    {
        var seen = new List<string>();
        await using var host = await StartAsync(async context =>
        {
            seen.Add($"{context.NewGuid()} {context.NewGuid()} {context.CurrentUtcDateTime:O}");
            await context.WaitForExternalEvent<string>("go");
            return "";
        });
        var id = await host.BeginAsync();
        await host.RestartAsync(off: TimeSpan.FromMinutes(1));
        await host.Client.RaiseEventAsync(id, "go");
        await host.FinishAsync(id);
        Assert.Equal(2, seen.Count);
        Assert.Single(seen.Distinct());
    }

    [Fact]
    [Encodes(Sources.Patterns, "IsReplaying")]
    public async Task What_runs_for_the_first_time_is_no_replay()
    {
        var activities = 0;
        await using var host = await StartAsync(tasks => tasks
            .AddOrchestratorFunc<int>("Run", async context =>
            {
                var fresh = 0;
                for (var step = 0; step < 5; step++)
                {
                    await context.CallActivityAsync("Count");
                    fresh = context.IsReplaying ? fresh : step;
                }

                return fresh;
            })
            .AddActivityFunc("Count", _ => { Interlocked.Increment(ref activities); }));
        Assert.Equal(4, (await host.RunAsync("Run")).ReadOutputAs<int>());
        Assert.Equal(5, activities);
    }

    [Fact]
    [Encodes(Sources.Contract, "CreateReplaySafeLogger")]
    public async Task A_replay_safe_logger_writes_each_line_once()
    {
        var lines = new List<string>();
        await using var host = await StartAsync(
            tasks => tasks
                .AddOrchestratorFunc("Run", async context =>
                {
                    context.CreateReplaySafeLogger("Suite.One").Log(LogLevel.Information, default, "first", null, (line, _) => line);
                    await context.CallActivityAsync("Nothing");
                    context.CreateReplaySafeLogger<Determinism>().Log(LogLevel.Information, default, "second", null, (line, _) => line);
                    await context.CallActivityAsync("Nothing");
                    context.ReplaySafeLoggerFactory.CreateLogger("Suite.Two").Log(LogLevel.Information, default, "third", null, (line, _) => line);
                })
                .AddActivityFunc("Nothing", _ => { }),
            services => services.AddSingleton<ILoggerFactory>(new ListLoggerFactory(lines)));
        await host.RunAsync("Run");
        Assert.Equal(["Suite.One first", $"{typeof(Determinism)} second", "Suite.Two third"], lines);
    }

    [Fact]
    [Encodes(Sources.Context, "InstanceId => this.innerContext.OrchestrationInstance.InstanceId")]
    public async Task An_orchestrator_knows_its_name_its_id_and_its_input()
    {
        await using var host = await StartAsync(tasks => tasks.AddOrchestratorFunc<int, string>(
            "Run", (context, input) => $"{context.Name} {context.InstanceId} {input} {context.GetInput<int>()}"));
        await host.BeginAsync("Run", 7, "one");
        Assert.Equal("Run one 7 7", await host.OutputAsync("one"));
    }

    /// <summary>Writes down what the suite's own categories log; the host logs too.</summary>
    private sealed class ListLoggerFactory(List<string> lines) : ILoggerFactory
    {
        public ILogger CreateLogger(string categoryName) => new ListLogger(lines, categoryName);

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public void Dispose()
        {
        }
    }

    private sealed class ListLogger(List<string> lines, string category) : ILogger
    {
        private readonly bool _isOwn = category.StartsWith("Suite", StringComparison.Ordinal) || category.Contains(nameof(Determinism), StringComparison.Ordinal);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => _isOwn && logLevel == LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                lines.Add($"{category} {formatter(state, exception)}");
        }
    }
}
