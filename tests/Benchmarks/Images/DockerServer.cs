namespace MultiAgentInfra.Benchmarks.Images;

/// <summary>A Docker Engine of its own, on the measured disk and without a network, and the command that goes with it.</summary>
internal sealed class DockerServer(ServerProgram server, string socket) : IAsyncDisposable
{
    /// <summary>The command of the engine's own package; others on the path may lack a part.</summary>
    public const string Command = "/usr/bin/docker";

    public static async Task<DockerServer> StartAsync(string folder, CancellationToken stop)
    {
        // A socket's path may have about a hundred characters, with what the engine adds.
        var sockets = Directory.CreateTempSubdirectory("docker-").FullName;
        var socket = Path.Combine(sockets, "docker.sock");
        var server = await ServerProgram.StartAsync(
            Path.Combine(folder, "log"), async () => (await RunAsync(socket, ["version"], stop)).Length > 0, stop,
            "dockerd", "--data-root", Path.Combine(folder, "data"), "--exec-root", sockets, "--pidfile", Path.Combine(folder, "pid"),
            "--host", $"unix://{socket}", "--iptables=false", "--ip6tables=false", "--bridge=none", "--ip-forward=false", "--ip-masq=false");
        return new(server, socket);
    }

    public Task<string> RunAsync(CancellationToken stop, params string[] arguments) => RunAsync(arguments, stop);

    public Task<string> RunAsync(IEnumerable<string> arguments, CancellationToken stop, params IEnumerable<(string Name, string Value)> environment) =>
        RunAsync(socket, arguments, stop, environment);

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        Directory.Delete(Path.GetDirectoryName(socket)!, recursive: true);
    }

    private static Task<string> RunAsync(
        string socket, IEnumerable<string> arguments, CancellationToken stop, params IEnumerable<(string Name, string Value)> environment) =>
        ExternalProgram.RunAsync(Command, arguments, stop, environment.Append(("DOCKER_HOST", $"unix://{socket}")));
}
