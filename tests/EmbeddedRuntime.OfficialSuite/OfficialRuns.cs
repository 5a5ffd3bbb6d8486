using MultiAgentInfra.EmbeddedRuntime.Tests.Behaviour;

namespace MultiAgentInfra.EmbeddedRuntime.OfficialSuite;

public sealed class ActivitiesOfficially() : Activities(OfficialHost.StartAsync);

public sealed class CombinatorsOfficially() : Combinators(OfficialHost.StartAsync);

public sealed class ContinueAsNewOfficially() : ContinueAsNew(OfficialHost.StartAsync);

public sealed class CustomStatusOfficially() : CustomStatus(OfficialHost.StartAsync);

public sealed class DeterminismOfficially() : Determinism(OfficialHost.StartAsync);

public sealed class EventTimeoutsOfficially() : EventTimeouts(OfficialHost.StartAsync);

public sealed class EventsOfficially() : Events(OfficialHost.StartAsync);

public sealed class FailuresOfficially() : Failures(OfficialHost.StartAsync);

public sealed class InstancesOfficially() : Instances(OfficialHost.StartAsync);

public sealed class ManagementOfficially() : Management(OfficialHost.StartAsync);

public sealed class OpenTasksOfficially() : OpenTasks(OfficialHost.StartAsync);

public sealed class PurgesOfficially() : Purges(OfficialHost.StartAsync);

public sealed class QueriesOfficially() : Queries(OfficialHost.StartAsync);

public sealed class RetriesOfficially() : Retries(OfficialHost.StartAsync);

public sealed class ScheduledStartsOfficially() : ScheduledStarts(OfficialHost.StartAsync);

public sealed class SerialisationOfficially() : Serialisation(OfficialHost.StartAsync);

public sealed class SubOrchestrationsOfficially() : SubOrchestrations(OfficialHost.StartAsync);

public sealed class TimersOfficially() : Timers(OfficialHost.StartAsync);

public sealed class VersionsOfficially() : Versions(OfficialHost.StartAsync);

public sealed class WaitingOfficially() : Waiting(OfficialHost.StartAsync);

public sealed class CarriedEventsOfficially() : CarriedEvents(OfficialHost.StartAsync);

public sealed class DeduplicationOfficially() : Deduplication(OfficialHost.StartAsync);

public sealed class SentEventsOfficially() : SentEvents(OfficialHost.StartAsync);
