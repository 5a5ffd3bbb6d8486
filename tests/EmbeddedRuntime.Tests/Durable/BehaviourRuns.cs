using MultiAgentInfra.EmbeddedRuntime.Tests.Behaviour;

namespace MultiAgentInfra.EmbeddedRuntime.Tests.Durable;

/// <summary>How each run of the suite keeps its instances: in the session cache, or replayed at every turn.</summary>
internal static class Modes
{
    public static readonly StartHost Cache = EmbeddedHost.With(cached: 256);
    public static readonly StartHost Replay = EmbeddedHost.With(cached: 0);
}

public sealed class ActivitiesWithCache() : Activities(Modes.Cache);

public sealed class ActivitiesWithReplay() : Activities(Modes.Replay);

public sealed class CombinatorsWithCache() : Combinators(Modes.Cache);

public sealed class CombinatorsWithReplay() : Combinators(Modes.Replay);

public sealed class ContinueAsNewWithCache() : ContinueAsNew(Modes.Cache);

public sealed class ContinueAsNewWithReplay() : ContinueAsNew(Modes.Replay);

public sealed class CustomStatusWithCache() : CustomStatus(Modes.Cache);

public sealed class CustomStatusWithReplay() : CustomStatus(Modes.Replay);

public sealed class DeterminismWithCache() : Determinism(Modes.Cache);

public sealed class DeterminismWithReplay() : Determinism(Modes.Replay);

public sealed class EventTimeoutsWithCache() : EventTimeouts(Modes.Cache);

public sealed class EventTimeoutsWithReplay() : EventTimeouts(Modes.Replay);

public sealed class EventsWithCache() : Events(Modes.Cache);

public sealed class EventsWithReplay() : Events(Modes.Replay);

public sealed class FailuresWithCache() : Failures(Modes.Cache);

public sealed class FailuresWithReplay() : Failures(Modes.Replay);

public sealed class InstancesWithCache() : Instances(Modes.Cache);

public sealed class InstancesWithReplay() : Instances(Modes.Replay);

public sealed class ManagementWithCache() : Management(Modes.Cache);

public sealed class ManagementWithReplay() : Management(Modes.Replay);

public sealed class OpenTasksWithCache() : OpenTasks(Modes.Cache);

public sealed class OpenTasksWithReplay() : OpenTasks(Modes.Replay);

public sealed class PurgesWithCache() : Purges(Modes.Cache);

public sealed class PurgesWithReplay() : Purges(Modes.Replay);

public sealed class QueriesWithCache() : Queries(Modes.Cache);

public sealed class QueriesWithReplay() : Queries(Modes.Replay);

public sealed class RetriesWithCache() : Retries(Modes.Cache);

public sealed class RetriesWithReplay() : Retries(Modes.Replay);

public sealed class ScheduledStartsWithCache() : ScheduledStarts(Modes.Cache);

public sealed class ScheduledStartsWithReplay() : ScheduledStarts(Modes.Replay);

public sealed class SerialisationWithCache() : Serialisation(Modes.Cache);

public sealed class SerialisationWithReplay() : Serialisation(Modes.Replay);

public sealed class SubOrchestrationsWithCache() : SubOrchestrations(Modes.Cache);

public sealed class SubOrchestrationsWithReplay() : SubOrchestrations(Modes.Replay);

public sealed class TimersWithCache() : Timers(Modes.Cache);

public sealed class TimersWithReplay() : Timers(Modes.Replay);

public sealed class VersionsWithCache() : Versions(Modes.Cache);

public sealed class VersionsWithReplay() : Versions(Modes.Replay);

public sealed class WaitingWithCache() : Waiting(Modes.Cache);

public sealed class WaitingWithReplay() : Waiting(Modes.Replay);

public sealed class CarriedEventsWithCache() : CarriedEvents(Modes.Cache);

public sealed class CarriedEventsWithReplay() : CarriedEvents(Modes.Replay);

public sealed class DeduplicationWithCache() : Deduplication(Modes.Cache);

public sealed class DeduplicationWithReplay() : Deduplication(Modes.Replay);

public sealed class SentEventsWithCache() : SentEvents(Modes.Cache);

public sealed class SentEventsWithReplay() : SentEvents(Modes.Replay);
