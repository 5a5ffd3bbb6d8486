namespace MultiAgentInfra.EmbeddedRuntime.Hosting;

/// <summary>The entry point of the one-process host.</summary>
public static class EmbeddedApplication
{
    /// <summary>A builder with ASP.NET Core's default configuration sources, logging and Kestrel.</summary>
    public static EmbeddedApplicationBuilder CreateBuilder(params string[] args) => new(args);
}
