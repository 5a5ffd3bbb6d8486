using Microsoft.Extensions.DependencyInjection;

namespace MultiAgentInfra.EmbeddedRuntime;

/// <summary>Composes the services and the middleware of the functions.</summary>
public interface IFunctionsWorkerApplicationBuilder
{
    /// <summary>The application's services.</summary>
    IServiceCollection Services { get; }

    /// <summary>Appends a middleware: what is added first runs outermost.</summary>
    IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware);
}
