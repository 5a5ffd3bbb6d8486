using System.Collections.Immutable;

namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>The client of the engine in this process.</summary>
internal sealed class EmbeddedDurableTaskClient(SqliteOrchestrationStore store, EffectsDispatcher dispatcher, InstanceWatch watch, DurableEngineOptions options)
    : DurableTaskClient("embedded")
{
    private static readonly OrchestrationRuntimeStatus[] Unfinished =
        [OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Suspended];

    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(orchestratorName.Name, nameof(orchestratorName));
        var instanceId = options?.InstanceId ?? Guid.NewGuid().ToString("N");
        var detail = new StartDetail(options?.Version?.Version ?? "", Tags: options?.Tags is { Count: > 0 } tags ? tags : null);
        var serialized = Converter.Serialize(input);
        var dedupe = ParseDedupe(options?.DedupeStatuses);
        var startAt = options?.StartAt?.UtcDateTime ?? default;
        cancellation.ThrowIfCancellationRequested();
        await TerminateReusableAsync(instanceId, dedupe, cancellation);
        await ApplyAsync((session, effects) =>
            effects.Timers.Add(InstanceCommands.Start(session, instanceId, orchestratorName, serialized, detail, startAt, dedupe)));
        return instanceId;
    }

    public override Task RaiseEventAsync(string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        return SendAsync(instanceId, new HistoryEvent(EventKind.EventRaised, Name: eventName, Payload: Converter.Serialize(eventPayload)), cancellation);
    }

    public override Task TerminateInstanceAsync(string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellation = default) =>
        SendAsync(
            instanceId,
            new HistoryEvent(EventKind.Terminated, Payload: Converter.Serialize(options?.Output), Detail: options is { Recursive: true } ? InstanceCommands.Recursive : null),
            cancellation);

    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        SendAsync(instanceId, new HistoryEvent(EventKind.Suspended, Payload: reason), cancellation);

    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        SendAsync(instanceId, new HistoryEvent(EventKind.Resumed, Payload: reason), cancellation);

    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, state => state.RuntimeStatus != OrchestrationRuntimeStatus.Pending, getInputsAndOutputs, cancellation);

    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, state => state.IsCompleted, getInputsAndOutputs, cancellation);

    public override Task<OrchestrationMetadata?> GetInstancesAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var instance = store.Read(reader => reader.Instance(instanceId));
        return Task.FromResult(instance is null ? null : ToMetadata(instance, getInputsAndOutputs));
    }

    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null)
    {
        filter ??= new OrchestrationQuery();
        return Pageable.Create((token, sizeHint, _) =>
        {
            var size = sizeHint ?? filter.PageSize;
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size, nameof(filter));
            var after = token ?? filter.ContinuationToken ?? "";
            var rows = store.Read(reader => reader.Page(after, filter.CreatedFrom, filter.CreatedTo, filter.InstanceIdPrefix, filter.Statuses, size + 1));
            OrchestrationMetadata[] values = [.. rows.Take(size).Select(row => ToMetadata(row, filter.FetchInputsAndOutputs))];
            return Task.FromResult(new Page<OrchestrationMetadata>(values, rows.Count > size ? values[^1].InstanceId : null));
        });
    }

    public override Task<PurgeResult> PurgeInstanceAsync(string instanceId, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        cancellation.ThrowIfCancellationRequested();
        return PurgeAsync([instanceId], options);
    }

    public override async Task<PurgeResult> PurgeAllInstancesAsync(
        PurgeInstancesFilter filter, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var query = new OrchestrationQuery(filter.CreatedFrom, filter.CreatedTo, filter.Statuses);
        var count = 0;
        await foreach (var page in GetAllInstancesAsync(query).AsPages().WithCancellation(cancellation))
            count += (await PurgeAsync([.. page.Values.Select(instance => instance.InstanceId)], options)).PurgedInstanceCount;
        return new PurgeResult(count, isComplete: true);
    }

    public override async Task<string> RestartAsync(string instanceId, bool restartWithNewInstanceId = false, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        cancellation.ThrowIfCancellationRequested();
        var old = store.Read(reader => reader.Instance(instanceId)) ?? throw NotFound(instanceId);
        var newId = restartWithNewInstanceId ? Guid.NewGuid().ToString("N") : instanceId;
        await ApplyAsync((session, effects) =>
            effects.Timers.Add(InstanceCommands.Start(session, newId, old.Name, old.Input, old.Detail with { Parent = null })));
        return newId;
    }

    // The engine owns everything; whoever is injected the client may dispose it without harm.
    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private DataConverter Converter => options.DataConverter;

    private static ArgumentException NotFound(string instanceId) => new($"An orchestration with the id '{instanceId}' was not found.", nameof(instanceId));

    private static OrchestrationRuntimeStatus[]? ParseDedupe(IReadOnlyList<string>? statuses)
    {
        OrchestrationRuntimeStatus[]? parsed = statuses is null
            ? null
            : [.. statuses.Select(text => Enum.TryParse<OrchestrationRuntimeStatus>(text, ignoreCase: true, out var status)
                ? status
                : throw new ArgumentException($"'{text}' is not a runtime status for deduplication."))];
        if (parsed?.Contains(OrchestrationRuntimeStatus.Terminated) == true && Unfinished.Except(parsed).Any())
            throw new ArgumentException("Dedupe statuses with Terminated and without every unfinished status: a running instance would be terminated and then be in the way.");
        return parsed;
    }

    /// <summary>Ends an unfinished instance that the given statuses allow to replace; without statuses, nothing unfinished is replaced.</summary>
    private async Task TerminateReusableAsync(string instanceId, OrchestrationRuntimeStatus[]? dedupe, CancellationToken cancellation)
    {
        if (dedupe is null || await GetInstanceAsync(instanceId, cancellation) is not { IsCompleted: false } existing || dedupe.Contains(existing.RuntimeStatus))
            return;
        await TerminateInstanceAsync(instanceId, "A new instance with this id was started.", cancellation);
        await WaitForInstanceCompletionAsync(instanceId, cancellation);
    }

    private Task SendAsync(string instanceId, HistoryEvent sent, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        cancellation.ThrowIfCancellationRequested();
        return ApplyAsync((session, effects) =>
        {
            if (InstanceCommands.Send(session, instanceId, sent) is { } pending)
                effects.Deliveries.Add(pending);
        });
    }

    private async Task<PurgeResult> PurgeAsync(IReadOnlyList<string> instanceIds, PurgeInstanceOptions? options)
    {
        var count = 0;
        await ApplyAsync((session, effects) =>
            count = instanceIds.Sum(instanceId => InstanceCommands.Purge(session, instanceId, options?.Recursive == true, effects.Changed)));
        return new PurgeResult(count, isComplete: true);
    }

    private async Task ApplyAsync(Action<WriteSession, TurnEffects> change)
    {
        var effects = await store.Writer.WriteAsync(session =>
        {
            var effects = new TurnEffects();
            change(session, effects);
            return effects;
        });
        dispatcher.Dispatch(effects);
    }

    private async Task<OrchestrationMetadata> WaitAsync(
        string instanceId, Func<OrchestrationMetadata, bool> isReached, bool withData, CancellationToken cancellation)
    {
        while (true)
        {
            var change = watch.NextChange(instanceId);
            var state = await GetInstancesAsync(instanceId, withData, cancellation) ?? throw NotFound(instanceId);
            if (isReached(state))
                return state;
            await change.WaitAsync(cancellation);
        }
    }

    private OrchestrationMetadata ToMetadata(StoredInstance row, bool withData) => new(row.Name, row.InstanceId)
    {
        RuntimeStatus = row.Status,
        CreatedAt = new DateTimeOffset(row.CreatedAt),
        LastUpdatedAt = new DateTimeOffset(row.UpdatedAt),
        DataConverter = withData ? Converter : null,
        SerializedInput = withData ? row.Input : null,
        SerializedOutput = withData ? row.Output : null,
        SerializedCustomStatus = withData ? row.CustomStatus : null,
        FailureDetails = withData && row.Failure is { } failure ? FailureText.Parse(failure) : null,
        Tags = row.Detail.Tags ?? ImmutableDictionary<string, string>.Empty,
    };
}
