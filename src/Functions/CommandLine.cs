using System.CommandLine;
using System.Net;

namespace MultiAgentInfra.Functions;

/// <summary>The options of the embedded host; none of them takes a secret.</summary>
public sealed record CommandLine(int Port, string DataFolder, string Host, bool StopAgents)
{
    private const string Description = """
        MultiAgentInfra turns ElizaOS characters into running agents.

        Environment variables (a name with two underscores is also a setting of appsettings.json):
          Supabase__JwtSecret        JWT secret of the Supabase project, at least 32 bytes. Without it a development
                                     key is made in the data folder, and the token of its one user is printed.
          Supabase__JwtSecretFile    The same, in a file of mode 600.
          Supabase__Issuer           The issuer that tokens must have, such as https://PROJECT.supabase.co/auth/v1.
          Cors__AllowedOrigins__0    A web origin that may call the API from a browser; __1, __2 and so on for more.
          Build__BaseImage           An image with Node.js, pinned by a digest, that runtime images stand on; Build__NodeMajorVersion says which.
          Docker__Endpoint           This machine's Docker Engine, which then builds images and runs agents: unix:///var/run/docker.sock.
                                     It needs a registry and a base image.
          Docker__HostNetwork        true where the engine has no bridge: containers then use the machine's network.
          PORTAINER_URL              The Portainer in whose clusters agents run, such as https://portainer.example:9443. It needs a registry that
                                     the clusters reach, and a base image.
          PORTAINER_API_KEY          An access token of an administrator there; or PORTAINER_API_KEY_FILE, a file of mode 600 that holds it.
          Portainer__EndpointId      The number of a Docker environment there that builds images; else a Docker Engine or this machine's npm does.
          Portainer__RegistryId      The number of a registry there whose credentials push and pull images; Docker environments pull with no other.
          Scan__PolicyFile           A scan-policy.json of your own: what a scan must find for an image to be refused.
          Trivy__Timeout             For one scan, from 00:00:10 to 00:10:00 (default).
          Artifacts__Container       A container of Azure Blob Storage for build logs, scan reports and lists of components, such as
                                     https://ACCOUNT.blob.core.windows.net/CONTAINER. Without it they are kept in the data folder.
          Artifacts__AccountName     The storage account, with Artifacts__AccountKey or, in a file of mode 600,
                                     Artifacts__AccountKeyFile. Without a key the identity is used that Azure.Identity finds.
          FunctionKeys__NAME         A key of functions that ask for one; no function of this release does.
          Logging__LogLevel__Default Trace, Debug, Information, Warning, Error or None.
          npm_config_*, TRIVY_*      Reach npm and Trivy, as do the proxy variables; agents inherit no variable at all.
                                     Of Trivy's own, only those that say where its database and its server are.

        SIGINT (Ctrl-C) and SIGTERM stop the program; its agents keep running, and the next start adopts them.
        An agent that --stop-agents has stopped is deployed again at the next start.
        """;

    public bool IsLoopback => Host == "localhost" || (IPAddress.TryParse(Host, out var address) && IPAddress.IsLoopback(address));

    /// <summary>Does what the arguments ask for.</summary>
    /// <param name="run">Runs the control plane.</param>
    /// <param name="export">Exports a history.</param>
    public static Task<int> InvokeAsync(string[] args, Func<CommandLine, Task<int>> run, Func<HistoryRequest, Task<int>> export)
    {
        var port = new Option<int>("--port") { Description = "The port to listen on; 0 for any free one.", DefaultValueFactory = _ => 7071 };
        var data = new Option<string>("--data") { Description = "The folder of all state: database, keys, images, agents.", DefaultValueFactory = _ => ".data", Recursive = true };
        var host = new Option<string>("--host") { Description = "The address to listen on; any but this machine's own needs authentication.", DefaultValueFactory = _ => "localhost" };
        var stop = new Option<bool>("--stop-agents") { Description = "Stop the agents when the program stops." };
        port.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > 65535)
                result.AddError("--port must be a number from 0 to 65535.");
        });
        host.Validators.Add(result =>
        {
            if (Uri.CheckHostName(result.GetValueOrDefault<string>()) == UriHostNameType.Unknown)
                result.AddError("--host must be a host name or an IP address.");
        });

        var root = new RootCommand(Description) { port, data, host, stop, ExportHistory(data, export) };
        root.SetAction(parsed => run(new(parsed.GetRequiredValue(port), parsed.GetRequiredValue(data), parsed.GetRequiredValue(host), parsed.GetValue(stop))));
        // The host handles the signals: it ends what runs, which may take longer than this library would wait.
        return root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }

    private static Command ExportHistory(Option<string> data, Func<HistoryRequest, Task<int>> export)
    {
        var id = new Argument<string>("id") { Description = "The instance, or the operation or agent that it works for." };
        var file = new Option<string?>("--output") { Description = "A new file for it, instead of the standard output." };
        var command = new Command("export-history", "Write the recorded history of an orchestration as JSON; the control plane may be running.") { id, file };
        command.SetAction(parsed => export(new(parsed.GetRequiredValue(id), parsed.GetRequiredValue(data), parsed.GetValue(file))));
        return command;
    }
}

/// <summary>Which history to export, from which data folder, and the file for it, if it is to be one.</summary>
public sealed record HistoryRequest(string Id, string DataFolder, string? File);
