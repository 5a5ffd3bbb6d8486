using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using MultiAgentInfra.Clients.Oci;
using MultiAgentInfra.Core.Deployments;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Docker;

/// <summary>What running containers needs of the Docker Engine API (https://docs.docker.com/reference/api/engine/). Failures are
/// <see cref="ApiException"/>; what is not there any more is no failure.</summary>
public sealed class DockerContainers(DockerConnection connection, TimeProvider time)
{
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Removal = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Transfer = TimeSpan.FromMinutes(30);

    private const int MostEvents = 100;
    private const string PullHint = "See that the engine reaches the registry, and that the credentials that it is given may read the image.";

    private readonly DockerTransport _transport = new(connection, new SecretRedactor([]), time);

    /// <summary>Pulls an image by its digest, which the engine checks.</summary>
    /// <param name="name">With the registry's host and port.</param>
    /// <exception cref="InvalidOperationException">The engine says that it cannot, which may pass, because registries come back; with a <see cref="DiagnosedException"/>.</exception>
    public async Task PullAsync(string name, Digest digest, PullCredential credential, CancellationToken cancellationToken)
    {
        var redacting = new DockerTransport(connection, new SecretRedactor(new[] { credential.Password, credential.Token }.OfType<string>()), time);
        var call = new DockerCall(HttpMethod.Post, DockerRoutes.Pull(name, digest.Value), Transfer)
        {
            Headers = new Dictionary<string, string> { ["X-Registry-Auth"] = connection.PortainerRegistry is { } registry ? RegistryLogin.OfPortainer(registry) : RegistryLogin.AuthOf(credential) },
        };
        try
        {
            await redacting.FollowAsync(call, _ => { }, _ => { }, cancellationToken);
        }
        catch (ApiException exception) when (exception.Status is not (null or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout))
        {
            var message = $"The engine cannot pull the image: {exception.Words}";
            throw new InvalidOperationException(message, new DiagnosedException(new(DiagnosisCause.ImagePullFailed, message, [message], PullHint), exception));
        }
    }

    /// <returns>Null when the engine has none of that name.</returns>
    public Task<DockerContainer?> FindAsync(string name, CancellationToken cancellationToken) => UnlessAsync(
        HttpStatusCode.NotFound, async () => (DockerContainer?)await _transport.ReadAsync<DockerContainer>(new(HttpMethod.Get, DockerRoutes.Container(name, "/json"), Quick), cancellationToken));

    /// <returns>False when there is one of that name, which may be the answer to an earlier call that was lost.</returns>
    /// <param name="secrets">Values that no error may repeat.</param>
    public async Task<bool> CreateAsync(string name, ContainerSpec spec, IEnumerable<string> secrets, CancellationToken cancellationToken)
    {
        var redacting = new DockerTransport(connection, new SecretRedactor(secrets), time);
        using var content = JsonContent.Create(spec, options: ContainerSpec.Json);
        var call = new DockerCall(HttpMethod.Post, DockerRoutes.CreateContainer(name), Quick) { Content = content };
        return await UnlessAsync(HttpStatusCode.Conflict, () => redacting.SendAsync(call, Sent, cancellationToken));
    }

    /// <summary>Nothing happens when it runs already.</summary>
    public Task StartAsync(string name, CancellationToken cancellationToken) =>
        UnlessAsync(HttpStatusCode.NotModified, () => SendAsync(HttpMethod.Post, DockerRoutes.Container(name, "/start"), Quick, cancellationToken));

    /// <summary>Sends a signal and returns at once.</summary>
    /// <returns>False when it did not run.</returns>
    public Task<bool> SignalAsync(string name, string signal, CancellationToken cancellationToken) => UnlessAsync(
        HttpStatusCode.Conflict,
        () => UnlessAsync(HttpStatusCode.NotFound, () => SendAsync(HttpMethod.Post, DockerRoutes.KillContainer(name, signal), Quick, cancellationToken)));

    /// <summary>Refused by the engine while it runs.</summary>
    public Task RemoveAsync(string name, CancellationToken cancellationToken) =>
        UnlessAsync(HttpStatusCode.NotFound, () => SendAsync(HttpMethod.Delete, DockerRoutes.Container(name, "?v=1"), Removal, cancellationToken));

    public Task RemoveVolumeAsync(string name, CancellationToken cancellationToken) =>
        UnlessAsync(HttpStatusCode.NotFound, () => SendAsync(HttpMethod.Delete, DockerRoutes.Volume(name), Removal, cancellationToken));

    /// <summary>Removes one name of an image, and its layers when no other name or container needs them.</summary>
    public Task RemoveImageAsync(string image, CancellationToken cancellationToken) => UnlessAsync(
        HttpStatusCode.Conflict,
        () => UnlessAsync(HttpStatusCode.NotFound, () => SendAsync(HttpMethod.Delete, DockerRoutes.ImageName(image), Removal, cancellationToken)));

    /// <summary>How the container ended last.</summary>
    internal async Task<DockerContainerEnd> FindEndAsync(DockerContainer container, CancellationToken cancellationToken)
    {
        var state = container.State;
        if (state is { Restarting: true } or { OomKilled: true })
            return new(state.Restarting ? state.ExitCode : null, state.OomKilled);
        // Both within a moment of the time that the engine keeps.
        var finished = state.FinishedAt.ToUnixTimeSeconds();
        var events = await _transport.SendAsync(new(HttpMethod.Get, DockerRoutes.Ends(container.Id, finished - 1, finished + 1), Quick), ReadAsync, cancellationToken);
        return new(events.LastOrDefault(seen => seen.ExitCode is not null)?.ExitCode, events.Any(seen => seen.Action == "oom"));

        static async Task<List<EngineEvent>> ReadAsync(HttpResponseMessage response, CancellationToken token)
        {
            await using var stream = await response.Content.ReadAsStreamAsync(token);
            return await JsonSerializer.DeserializeAsyncEnumerable<EngineEvent>(stream, topLevelValues: true, JsonSerializerOptions.Web, token)
                .OfType<EngineEvent>().Take(MostEvents).ToListAsync(token);
        }
    }

    /// <summary>Makes a network of that name, unless there is one.</summary>
    public Task EnsureNetworkAsync(string name, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken) =>
        UnlessAsync(HttpStatusCode.Conflict, () => PostAsync(DockerRoutes.NewNetwork, new { Name = name, CheckDuplicate = true, Labels = labels }, cancellationToken));

    /// <summary>Makes the volume, unless there is one, and its file hold the values. The file gets in by a container that never starts.</summary>
    internal async Task FillVolumeAsync(VolumeFile file, IReadOnlyDictionary<string, string> values, CancellationToken cancellationToken)
    {
        await PostAsync(DockerRoutes.NewVolume, new { Name = file.Volume, file.Labels }, cancellationToken);
        // Of a life that ended in the middle.
        await RemoveAsync(file.Volume, cancellationToken);
        var mounts = new[] { new { Type = "volume", Source = file.Volume, Target = file.Folder } };
        await PostAsync(
            DockerRoutes.CreateContainer(file.Volume), new { file.Image, file.Labels, NetworkDisabled = true, HostConfig = new { Mounts = mounts } }, cancellationToken);
        var redacting = new DockerTransport(connection, new SecretRedactor(values.Values), time);
        using var content = new ByteArrayContent(file.Pack(values)) { Headers = { ContentType = new("application/x-tar") } };
        await redacting.SendAsync(new(HttpMethod.Put, DockerRoutes.Archive(file.Volume, file.Folder), Quick) { Content = content }, Sent, cancellationToken);
        await RemoveAsync(file.Volume, cancellationToken);
    }

    /// <summary>What the container has written since then, at most about <paramref name="limitBytes"/>; nothing when there is no container.</summary>
    /// <param name="since">Microseconds of Unix time, exclusive.</param>
    /// <param name="tail">Only the last so many lines; null for all.</param>
    internal async Task<IReadOnlyList<DockerLogLine>> ReadLogAsync(string name, long since, int? tail, int limitBytes, CancellationToken cancellationToken)
    {
        var first = Math.Min(since, long.MaxValue - 1) + 1;
        var from = string.Create(CultureInfo.InvariantCulture, $"{first / 1_000_000}.{first % 1_000_000 * 1000:D9}");
        var call = new DockerCall(HttpMethod.Get, DockerRoutes.ContainerLog(name, from, tail), Quick);
        return await UnlessAsync(HttpStatusCode.NotFound, () => _transport.SendAsync(call, ReadAsync, cancellationToken)) ?? [];

        async Task<IReadOnlyList<DockerLogLine>> ReadAsync(HttpResponseMessage response, CancellationToken token)
        {
            await using var stream = await response.Content.ReadAsStreamAsync(token);
            return await DockerLogReader.ReadAsync(stream, limitBytes, token);
        }
    }

    private async Task<bool> PostAsync(string route, object body, CancellationToken cancellationToken)
    {
        using var content = JsonContent.Create(body, body.GetType(), options: ContainerSpec.Json);
        return await _transport.SendAsync(new(HttpMethod.Post, route, Quick) { Content = content }, Sent, cancellationToken);
    }

    private static Task<bool> Sent(HttpResponseMessage response, CancellationToken cancellationToken) => Task.FromResult(true);

    private static async Task<T?> UnlessAsync<T>(HttpStatusCode expected, Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (ApiException exception) when (exception.Status == expected)
        {
            return default;
        }
    }

    private Task<bool> SendAsync(HttpMethod method, string route, TimeSpan timeout, CancellationToken cancellationToken) =>
        _transport.SendAsync(new(method, route, timeout), Sent, cancellationToken);

    private sealed record EngineEvent(string Action, EventActor? Actor)
    {
        public int? ExitCode => int.TryParse(Actor?.Attributes?.GetValueOrDefault("exitCode"), CultureInfo.InvariantCulture, out var code) ? code : null;
    }

    private sealed record EventActor(IReadOnlyDictionary<string, string>? Attributes);
}
