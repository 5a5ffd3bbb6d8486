namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>The instance was purged or replaced while its turn ran: the turn is void.</summary>
internal sealed class StaleTurnException() : Exception("The instance has changed under its turn.");
