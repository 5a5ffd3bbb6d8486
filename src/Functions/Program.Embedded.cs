using System.Data.Common;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MultiAgentInfra.Activities;
using MultiAgentInfra.Clients;
using MultiAgentInfra.Clients.Keys;
using MultiAgentInfra.Clients.Targets;
using MultiAgentInfra.EmbeddedRuntime.Engine;
using MultiAgentInfra.EmbeddedRuntime.Hosting;
using MultiAgentInfra.Functions;
using MultiAgentInfra.Functions.Http;
using MultiAgentInfra.Functions.Maintenance;
using MultiAgentInfra.Functions.Security;
using MultiAgentInfra.Orchestrations;

return await CommandLine.InvokeAsync(
    args,
    options => EmbeddedControlPlane.RunAsync(options, Console.Out),
    request => EmbeddedControlPlane.ExportHistoryAsync(request, Console.Out));

/// <summary>The control plane as one process: Kestrel, timers, engine, store and agents on this machine.</summary>
internal static class EmbeddedControlPlane
{
    public static async Task<int> RunAsync(CommandLine options, TextWriter output)
    {
        try
        {
            if (CrashWitness.Run(DataFolder.DurableDatabaseIn(options.DataFolder)) is { } exitCode)
                return exitCode;
            if (IsInUse(options.Port))
                return await FailAsync(PortInUse(options.Port));
            using var folder = DataFolder.Open(options.DataFolder);
            await using var app = Compose(options, folder).Build();
            // Here, so that a start without its key fails, and not the first deployment after it.
            app.Services.GetRequiredService<ImageKeys>();
            await app.StartAsync();
            Announce(app, output);
            await app.WaitForShutdownAsync();
            if (app.Services.GetRequiredService<DurableEngine>().Failed is { IsCompleted: true } failed)
                return await FailAsync($"The orchestration engine could not go on: {(await failed).Message}");
            if (options.StopAgents)
                await app.Services.GetRequiredService<LocalShutdown>().StopAgentsAsync();
            return 0;
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            return await FailAsync(PortInUse(options.Port));
        }
        // These are written for the person who starts the program, who has no use for a stack.
        catch (Exception exception) when (exception is StartupException or InvalidOperationException or PlatformNotSupportedException or IOException or UnauthorizedAccessException or DbException)
        {
            return await FailAsync(exception.Message);
        }
    }

    /// <summary>Writes a history as JSON and nothing else; it opens the data folder only to read, so that it works beside a running control plane.</summary>
    public static async Task<int> ExportHistoryAsync(HistoryRequest request, TextWriter output)
    {
        try
        {
            var json = HistoryFile.Write(FindHistory(request));
            if (request.File is not { } path)
            {
                await output.WriteAsync(json);
                return 0;
            }

            // Never over another one, and private: it may hold the end of an agent's log.
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            };
            await using var file = new StreamWriter(path, options);
            await file.WriteAsync(json);
            return 0;
        }
        catch (Exception exception) when (exception is StartupException or InvalidOperationException or IOException or UnauthorizedAccessException or DbException)
        {
            return await FailAsync(exception.Message);
        }
    }

    /// <summary>The whole application, ready to build.</summary>
    /// <param name="settings">Come before every other source of configuration.</param>
    /// <exception cref="StartupException">The configuration is invalid.</exception>
    public static EmbeddedApplicationBuilder Compose(CommandLine options, DataFolder folder, IEnumerable<KeyValuePair<string, string?>>? settings = null)
    {
        // None of the user's arguments: a secret must not become a setting by way of the command line. And the program's own folder:
        // host.json and appsettings.json of the folder that it is started in are another project's.
        var builder = EmbeddedApplication.CreateBuilder($"--contentRoot={AppContext.BaseDirectory}");
        builder.Configuration.AddInMemoryCollection(settings ?? []);
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true).AddFilter("Microsoft", LogLevel.Warning);
        Listen(builder, options, ServiceRegistration.Check(builder.Configuration));
        builder.Options.MaxRequestBodySize = JsonBody.MostBytes;
        builder.Options.KeyFilePath = folder.FunctionKeys;
        builder.Services.AddControlPlaneOptions(builder.Configuration).AddControlPlane().AddLocalMachine(folder, TimeProvider.System);
        builder.Services.AddEmbeddedDurableTask(
            engine => engine.DatabasePath = folder.DurableDatabase, registry => registry.AddOrchestrations().AddActivities());
        builder.AddFunctions(typeof(ServiceRegistration).Assembly);
        builder.UseWhen<ExceptionMiddleware>(IsHttp);
        builder.UseWhen<AuthorizationMiddleware>(IsHttp);
        return builder;
    }

    private static InstanceHistory FindHistory(HistoryRequest request)
    {
        if (!Directory.Exists(request.DataFolder))
            throw new StartupException($"There is no data folder {Path.GetFullPath(request.DataFolder)}. Give the control plane's with --data.");
        var database = DataFolder.DurableDatabaseIn(Path.GetFullPath(request.DataFolder));
        if (HistoryExport.Read(database, request.Id) is { } history)
            return history;

        // People know their operation and their agent; both are in the instance's input.
        var found = Guid.TryParse(request.Id, out var id) ? HistoryExport.Find(database, id.ToString()) : [];
        return found switch
        {
            [var only] when HistoryExport.Read(database, only) is { } its => its,
            [_, _, ..] => throw new StartupException($"Several instances work for {id}; give one of: {string.Join(", ", found)}."),
            _ => throw new StartupException($"There is no instance '{request.Id}' in {database}. Those that have ended are kept for a day."),
        };
    }

    // Scoped to HTTP as on Azure, where other triggers run inside the replay of an orchestration.
    private static bool IsHttp(FunctionContext context) => context.FunctionDefinition.InputBindings.Values.Any(binding => binding.Type == "httpTrigger");

    private static void Listen(EmbeddedApplicationBuilder builder, CommandLine options, bool isConfigured)
    {
        if (!isConfigured && !options.IsLoopback)
        {
            throw new StartupException(
                $"Without authentication this program listens on this machine only, not on '{options.Host}'. "
                + "Set Supabase__JwtSecret or Supabase__JwtSecretFile, or leave --host out.");
        }

        // Kestrel cannot choose one free port for both addresses that `localhost` stands for.
        var host = options is { Host: "localhost", Port: 0 } ? IPAddress.Loopback.ToString() : options.Host;
        // No setting of the web server may open an address that was not checked here.
        builder.WebHost.PreferHostingUrls(true);
        builder.WebHost.UseUrls($"http://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host.Trim('[', ']')}]" : host)}:{options.Port}");
    }

    // Asked first, because the web server would log pages of stacks before it gives up.
    private static bool IsInUse(int port)
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return false;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return true;
        }
    }

    private static string PortInUse(int port) => $"Port {port} is in use. Stop what uses it, or choose another one with --port.";

    private static void Announce(WebApplication app, TextWriter output)
    {
        output.WriteLine(app.Services.GetRequiredService<IAgentTarget>().Explanation);
        foreach (var url in app.Urls)
            output.WriteLine($"listening: {url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal)}");
        if (app.Services.GetRequiredService<SigningKey>().IsDevelopment)
            output.WriteLine($"token: {app.Services.GetRequiredService<AccessTokens>().IssueDevelopmentToken()}");
    }

    private static async Task<int> FailAsync(string message)
    {
        await Console.Error.WriteLineAsync(message);
        return 1;
    }
}
