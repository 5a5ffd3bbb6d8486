using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;
using MultiAgentInfra.EmbeddedRuntime;
using MultiAgentInfra.EmbeddedRuntime.Engine;
using MultiAgentInfra.TestSupport;

namespace MultiAgentInfra.Orchestrations.Tests;

/// <summary>The real orchestrators on the real engine; activities are answers that a test can change, and every call is remembered.</summary>
internal sealed class Pipeline : IAsyncDisposable
{
    public static readonly Digest Runtime = Digest.Of("runtime"u8);
    public static readonly Digest Image = Digest.Of("image"u8);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();
    private readonly DurableTaskRegistry _registry = new DurableTaskRegistry().AddOrchestrations();
    private readonly Dictionary<Type, Func<object, object>> _answers = [];
    private readonly ConcurrentQueue<object> _calls = new();
    private readonly FakeClock _clock = new();
    private DurableEngine? _engine;

    public Pipeline()
    {
        Answer<ValidateAgent, DeploymentPlan>(_ => new DeploymentPlan(Proceed: true, PluginSetKey: "key"));
        Answer<WriteDockerfile, GeneratedFile>(_ => new GeneratedFile("FROM scratch"));
        Answer<WritePackageJson, GeneratedFile>(_ => new GeneratedFile("{}"));
        Answer<ClaimRuntimeImage, RuntimeClaim>(_ => new RuntimeClaim(RuntimeClaimState.Claimed, null, null));
        Answer<AssembleRuntimeImage, BuiltImage>(_ => new BuiltImage(Runtime, 1));
        Answer<ScanRuntimeImage, ScanVerdict>(_ => ScanVerdict.NotScanned("no scanner"));
        Answer<ListComponents, ComponentList>(_ => new ComponentList(Digest.Of("sbom"u8)));
        Answer<BuildAgentImage, BuiltImage>(_ => new BuiltImage(Image, 1));
        Answer<PrepareTemplate, PreparedTemplate>(_ => new PreparedTemplate());
        Answer<StopAgent, AgentObservation>(_ => new AgentObservation(Ready: false, Gone: true, Failure: null));
        Answer<StartAgent, StartedAgent>(_ => new StartedAgent());
        Answer<CheckAgent, AgentObservation>(_ => new AgentObservation(Ready: true, Gone: false, Failure: null));
        Answer<HoldAgent, AgentObservation>(_ => new AgentObservation(Ready: true, Gone: false, Failure: null));
        Answer<CancelDeployments, CancellationProgress>(_ => new CancellationProgress(Proceed: true, Ended: true));
        Answer<BeginStop, StopPlan>(_ => new StopPlan(Proceed: true));
        Answer<ReadLogTail, LogTail>(_ => new LogTail(["the last line"]));
        foreach (var input in ActivityInputs.Where(input => ActivityInputs.OutputOf(input) == typeof(Done)))
            _answers[input] = _ => Done.Instance;
    }

    private string DatabasePath => Path.Combine(_folder.FullName, "durable.db");

    /// <summary>The inputs of all calls, in order.</summary>
    public IReadOnlyList<object> Calls => [.. _calls];

    public IReadOnlyList<string> Names => [.. Calls.Select(call => call.GetType().Name)];

    public void Answer<TInput, TOutput>(Func<TInput, TOutput> answer)
        where TInput : IActivityInput<TOutput>
        where TOutput : notnull => _answers[typeof(TInput)] = input => answer((TInput)input);

    public void Fail<TInput>(Exception exception) => _answers[typeof(TInput)] = _ => throw exception;

    /// <summary>The calls of one kind.</summary>
    public IReadOnlyList<T> CallsOf<T>() => [.. Calls.OfType<T>()];

    /// <summary>Runs an orchestration to its end, moving the clock over every timer.</summary>
    public async Task<OperationResult> RunAsync(string orchestrator, string instanceId, object input)
    {
        await StartAsync(orchestrator, instanceId, input);
        return await Wait.ForAsync($"the end of {instanceId}", TimeSpan.FromSeconds(30), () => LookAsync(instanceId), TimeSpan.FromMilliseconds(1));
    }

    /// <summary>Runs an orchestration until it waits for a timer, with the condition met.</summary>
    public async Task RunUntilAsync(string orchestrator, string instanceId, object input, Func<bool> condition)
    {
        await StartAsync(orchestrator, instanceId, input);
        await Wait.ForAsync(
            $"a point of {instanceId}",
            TimeSpan.FromSeconds(30),
            async () => _clock.NextTimer is not null && condition() ? "reached" : (await LookAsync(instanceId))?.ToString(),
            TimeSpan.FromMilliseconds(1));
    }

    /// <summary>What is recorded of the instance.</summary>
    public InstanceHistory History(string instanceId) => HistoryExport.Read(DatabasePath, instanceId)!;

    public async ValueTask DisposeAsync()
    {
        if (_engine is not null)
            await _engine.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private async Task StartAsync(string orchestrator, string instanceId, object input)
    {
        foreach (var (type, answer) in _answers)
            _registry.AddActivity(type.Name, new RecordedActivity(type, ActivityInputs.OutputOf(type), answer, _calls));
        var options = new DurableEngineOptions { DatabasePath = DatabasePath, TimeProvider = _clock };
        _engine = await DurableEngine.StartAsync(options, _registry, new ServiceCollection().BuildServiceProvider());
        await _engine.Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, new StartOrchestrationOptions(instanceId));
    }

    private async Task<OperationResult?> LookAsync(string instanceId)
    {
        var instance = await _engine!.Client.GetInstanceAsync(instanceId, getInputsAndOutputs: true);
        if (instance is { IsCompleted: true })
            return instance.ReadOutputAs<OperationResult>() ?? throw new InvalidOperationException(instance.FailureDetails?.ToString());
        if (_clock.NextTimer is { } next)
            _clock.Advance(next - _clock.GetUtcNow());
        return null;
    }

    private sealed class RecordedActivity(Type input, Type output, Func<object, object> answer, ConcurrentQueue<object> calls) : ITaskActivity
    {
        public Type InputType => input;

        public Type OutputType => output;

        public Task<object?> RunAsync(TaskActivityContext context, object? value)
        {
            calls.Enqueue(value!);
            return Task.FromResult<object?>(answer(value!));
        }
    }
}
