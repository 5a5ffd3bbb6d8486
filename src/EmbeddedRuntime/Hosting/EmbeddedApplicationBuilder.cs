using System.Collections.Frozen;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MultiAgentInfra.EmbeddedRuntime.Hosting;

/// <summary>Composes an application of functions on Kestrel and in-process timers.</summary>
public sealed class EmbeddedApplicationBuilder : IFunctionsWorkerApplicationBuilder
{
    private readonly WebApplicationBuilder _web;
    private readonly List<FunctionDescriptor> _functions = [];
    private readonly List<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> _middleware = [];

    internal EmbeddedApplicationBuilder(string[] args) => _web = WebApplication.CreateBuilder(args);

    /// <summary>The application's services.</summary>
    public IServiceCollection Services => _web.Services;

    /// <summary>The application's configuration; sources can still be added.</summary>
    public ConfigurationManager Configuration => _web.Configuration;

    /// <summary>The application's logging.</summary>
    public ILoggingBuilder Logging => _web.Logging;

    /// <summary>The environment, with the content root.</summary>
    public IHostEnvironment Environment => _web.Environment;

    /// <summary>The web server, for addresses such as <c>UseUrls</c>.</summary>
    public IWebHostBuilder WebHost => _web.WebHost;

    /// <summary>The host's options, read once by <see cref="Build"/>.</summary>
    public EmbeddedHostOptions Options { get; } = new();

    /// <summary>Appends a middleware around every invocation: what is added first runs outermost.</summary>
    public IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware)
    {
        _middleware.Add(middleware);
        return this;
    }

    /// <summary>Adds every <c>[Function]</c> method of an assembly; throws for one that this host could not run.</summary>
    public EmbeddedApplicationBuilder AddFunctions(Assembly assembly) => AddFunctions(assembly.GetTypes());

    /// <summary>Adds every <c>[Function]</c> method of some types; throws for one that this host could not run.</summary>
    public EmbeddedApplicationBuilder AddFunctions(params IEnumerable<Type> types)
    {
        foreach (var function in FunctionScanner.Scan(types))
        {
            if (_functions.Any(known => string.Equals(known.Name, function.Name, StringComparison.OrdinalIgnoreCase)))
                throw new InvalidOperationException($"Two functions are named '{function.Name}'; a name is unique in the application.");
            if (_functions.FirstOrDefault(known => known.EntryPoint == function.EntryPoint) is { } overload)
                throw new InvalidOperationException($"The functions '{overload.Name}' and '{function.Name}' have one entry point, {function.EntryPoint}; give one method another name.");

            _functions.Add(function);
        }

        return this;
    }

    /// <summary>Builds the application, ready to <c>Run</c>.</summary>
    public WebApplication Build()
    {
        _web.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = Options.MaxRequestBodySize;
        });
        Services.Configure<HostOptions>(host => host.ShutdownTimeout = Options.ShutdownTimeout);
        Services.TryAddSingleton(TimeProvider.System);
        Services.AddCors();
        Services.AddSingleton(FunctionPipeline.Compose(_middleware));
        Services.AddSingleton<HttpFunctionEndpoint>();
        Services.AddSingleton<ProblemMiddleware>();
        Services.AddSingleton(services => FunctionKeys.Load(_functions, Configuration, KeyFile(), services.GetRequiredService<ILogger<FunctionKeys>>()));
        foreach (var function in _functions.Where(function => function.TimerTrigger is not null))
        {
            ParameterBinder.Require(function, FrozenSet<string>.Empty);
            var timer = new TimerFunction(function, CronSchedule.Parse(ConfiguredText.Resolve(function.TimerTrigger!.Schedule, Configuration)));
            Services.AddSingleton<IHostedService>(services => ActivatorUtilities.CreateInstance<TimerWorker>(services, timer));
        }

        var app = _web.Build();
        Map(app);
        return app;
    }

    private void Map(WebApplication app)
    {
        // Keys are read or made at start, so that an operator finds the file before the first request needs it.
        app.Services.GetRequiredService<FunctionKeys>();
        var problems = app.Services.GetRequiredService<ProblemMiddleware>();
        app.Use(problems.InvokeAsync);
        var origins = Configuration.GetSection("Cors:AllowedOrigins").Get<string[]>() ?? [];
        if (origins.Length > 0)
            app.UseCors(policy => CorsOrigins.Allow(policy, origins));

        app.UseRouting();
        var endpoint = app.Services.GetRequiredService<HttpFunctionEndpoint>();
        var prefix = HostJson.RoutePrefix(Environment.ContentRootPath, AppContext.BaseDirectory);
        foreach (var function in _functions.Where(function => function.HttpTrigger is not null))
            endpoint.Map(app, prefix, function);
    }

    private string KeyFile() => Path.GetFullPath(Options.KeyFilePath, Environment.ContentRootPath);
}
