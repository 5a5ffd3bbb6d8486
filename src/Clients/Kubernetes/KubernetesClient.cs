using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MultiAgentInfra.Clients.Kubernetes;

/// <summary>The API server of one cluster (https://kubernetes.io/docs/reference/using-api/api-concepts/). What is read is one of the records here that
/// name the few fields that matter. Failures are <see cref="ApiException"/> with the Status' reason; what is not there is no failure.</summary>
public sealed class KubernetesClient(KubernetesConnection connection, TimeProvider time)
{
    private const int PageSize = 500;
    private const int MostPages = 200;
    private const string Json = "application/json";

    // Portainer, which may be in between, lets requests wait for up to a minute while it makes a backup.
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(75);
    private static readonly TimeSpan LongestFollow = TimeSpan.FromMinutes(2);

    private readonly ApiTransport _transport = connection.Open(time);

    /// <summary>For people: which cluster.</summary>
    public string Name => connection.Name;

    /// <returns>Null when there is no such object, or no such kind.</returns>
    public Task<T?> FindAsync<T>(KubernetesKind kind, string? space, string name, CancellationToken cancellationToken)
        where T : class => _transport.FindAsync<T>(Call(HttpMethod.Get, KubernetesRoutes.One(kind, space, name)), cancellationToken);

    /// <summary>All of a kind that match, page by page.</summary>
    /// <param name="space">Null for every namespace.</param>
    /// <param name="labels">Such as <c>name=value</c>; null for any.</param>
    /// <param name="fields">The same for the few fields that the kind can be selected by.</param>
    public async Task<IReadOnlyList<T>> ListAsync<T>(
        KubernetesKind kind, string? space, string? labels = null, string? fields = null, CancellationToken cancellationToken = default)
    {
        var items = new List<T>();
        string? next = null;
        for (var page = 0; page < MostPages; page++)
        {
            var route = KubernetesRoutes.With(
                KubernetesRoutes.Collection(kind, space),
                ("labelSelector", labels), ("fieldSelector", fields), ("limit", PageSize.ToString(CultureInfo.InvariantCulture)), ("continue", next));
            var list = await _transport.ReadAsync<KubernetesList<T>>(Call(HttpMethod.Get, route), cancellationToken);
            items.AddRange(list.Items ?? []);
            next = list.Metadata?.Continue;
            if (string.IsNullOrEmpty(next))
                return items;
        }

        throw new InvalidDataException($"{connection.Name} has more than {MostPages * PageSize} {kind.Plural}, or its list does not end.");
    }

    /// <param name="secrets">Values in it that no error may repeat.</param>
    /// <param name="dryRun">Whether the API server only says what it would do.</param>
    /// <returns>False when there is one of that name, which may be the answer to an earlier call that was lost.</returns>
    public async Task<bool> CreateAsync(
        ManifestObject manifest, IEnumerable<string>? secrets = null, bool dryRun = false, CancellationToken cancellationToken = default)
    {
        var route = KubernetesRoutes.With(KubernetesRoutes.Collection(KubernetesKind.Of(manifest), manifest.Namespace), ("dryRun", DryRun(dryRun)));
        try
        {
            await SendAsync(HttpMethod.Post, route, manifest.Json, secrets, cancellationToken);
            return true;
        }
        catch (ApiException exception) when (exception is { Status: HttpStatusCode.Conflict, Reason: "AlreadyExists" })
        {
            return false;
        }
    }

    /// <summary>Replaces an object that is there, whatever its version.</summary>
    /// <param name="secrets">Values in it that no error may repeat.</param>
    public Task ReplaceAsync(ManifestObject manifest, IEnumerable<string>? secrets = null, CancellationToken cancellationToken = default) => SendAsync(
        HttpMethod.Put, KubernetesRoutes.One(KubernetesKind.Of(manifest), manifest.Namespace, manifest.Name), manifest.Json, secrets, cancellationToken);

    /// <summary>A merge patch (RFC 7396).</summary>
    /// <param name="part">Such as <c>/scale</c>.</param>
    /// <returns>False when there is no such object.</returns>
    public Task<bool> PatchAsync(
        KubernetesKind kind, string? space, string name, JsonObject patch, string part = "", bool dryRun = false, CancellationToken cancellationToken = default) => UnlessAsync(
        HttpStatusCode.NotFound,
        () => SendAsync(
            HttpMethod.Patch, KubernetesRoutes.With(KubernetesRoutes.One(kind, space, name) + part, ("dryRun", DryRun(dryRun))), patch, null, cancellationToken));

    /// <summary>How many pods a StatefulSet or a Deployment is to have.</summary>
    /// <returns>False when there is no such object.</returns>
    public Task<bool> ScaleAsync(KubernetesKind kind, string space, string name, int replicas, CancellationToken cancellationToken) =>
        PatchAsync(kind, space, name, new() { ["spec"] = new JsonObject { ["replicas"] = replicas } }, "/scale", cancellationToken: cancellationToken);

    /// <summary>Deletes the very object with that uid; what it owns goes after it.</summary>
    /// <param name="graceSeconds">How long a pod may take to stop; null for its own. Never 0, which would let it run on unseen.</param>
    /// <returns>False when it is not there any more, whether or not another one of its name is.</returns>
    public Task<bool> DeleteAsync(KubernetesKind kind, KubernetesMetadata metadata, int? graceSeconds = null, CancellationToken cancellationToken = default)
    {
        var options = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "DeleteOptions",
            ["preconditions"] = new JsonObject { ["uid"] = metadata.Uid },
            ["propagationPolicy"] = "Background",
        };
        if (graceSeconds is { } seconds)
            options["gracePeriodSeconds"] = Math.Max(1, seconds);
        var route = KubernetesRoutes.One(kind, metadata.Namespace, metadata.Name);
        return UnlessAsync(
            HttpStatusCode.NotFound,
            () => UnlessAsync(HttpStatusCode.Conflict, () => SendAsync(HttpMethod.Delete, route, options, null, cancellationToken)));
    }

    /// <summary>What a container wrote, at most so many bytes, each line with its time before it; nothing when there is no such pod or its container has not begun.</summary>
    /// <param name="since">Rounded down to whole seconds; null for the beginning.</param>
    /// <param name="tail">Only the last so many lines; null for all.</param>
    /// <param name="previous">Of the container before the last restart.</param>
    /// <param name="container">Which one of the pod's.</param>
    public async Task<string> ReadLogAsync(
        KubernetesMetadata pod, DateTimeOffset? since = null, int? tail = null, bool previous = false, int limitBytes = 64 * 1024,
        string container = KubernetesNames.Container, CancellationToken cancellationToken = default)
    {
        var route = LogRoute(pod, container, since, ("tailLines", tail?.ToString(CultureInfo.InvariantCulture)), ("previous", previous ? "true" : null));
        try
        {
            return await _transport.ReadTextAsync(Call(HttpMethod.Get, route), limitBytes, cancellationToken);
        }
        catch (ApiException exception) when (IsNoLog(exception))
        {
            return "";
        }
    }

    /// <summary>What a container writes from a time on, line by line as it does, until that is enough or the container has ended; at once where there is nothing to follow.</summary>
    /// <param name="since">Rounded down to whole seconds; null for the beginning.</param>
    /// <exception cref="ApiException">More than two minutes went by, or the API server refuses.</exception>
    internal async Task FollowLogAsync(KubernetesMetadata pod, DateTimeOffset? since, Func<PodLogLine, bool> isEnough, CancellationToken cancellationToken)
    {
        var call = Call(HttpMethod.Get, LogRoute(pod, KubernetesNames.Container, since, ("follow", "true"))) with { Timeout = LongestFollow };
        try
        {
            await _transport.ReadLinesAsync(call, line => isEnough(PodLog.Parse(line, 0)), cancellationToken);
        }
        catch (ApiException exception) when (IsNoLog(exception))
        {
        }
    }

    /// <summary>Where the API server passes requests on to a pod's own HTTP server.</summary>
    public Uri AddressOf(string space, string pod, int port) => new(connection.Root, KubernetesRoutes.PodProxy(space, pod, port, ""));

    /// <summary>Asks a pod's own HTTP server by way of the API server; it answers with a success, or it is an error.</summary>
    public Task AskPodAsync(string space, string pod, int port, string path, TimeSpan timeout, CancellationToken cancellationToken) =>
        _transport.SendAsync(Call(HttpMethod.Get, KubernetesRoutes.PodProxy(space, pod, port, path)) with { Timeout = timeout }, cancellationToken);

    private async Task SendAsync(HttpMethod method, string route, JsonObject body, IEnumerable<string>? secrets, CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body));
        content.Headers.ContentType = new MediaTypeHeaderValue(method == HttpMethod.Patch ? "application/merge-patch+json" : Json);
        await _transport.SendAsync(Call(method, route) with { Content = content, Secrets = secrets ?? [] }, cancellationToken);
    }

    private static string LogRoute(KubernetesMetadata pod, string container, DateTimeOffset? since, params (string, string?)[] more) => KubernetesRoutes.With(
        KubernetesRoutes.One(KubernetesKind.Pod, pod.Namespace, pod.Name) + "/log",
        [("container", container), ("timestamps", "true"), ("sinceTime", since?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)), .. more]);

    // 400 while the container is still created, and for a previous one that was not kept.
    private static bool IsNoLog(ApiException exception) => exception.Status is HttpStatusCode.NotFound or HttpStatusCode.BadRequest;

    private static string? DryRun(bool dryRun) => dryRun ? "All" : null;

    private static Task<bool> UnlessAsync(HttpStatusCode expected, Func<Task> call) => UnlessAsync(expected, async () =>
    {
        await call();
        return true;
    });

    private static async Task<bool> UnlessAsync(HttpStatusCode expected, Func<Task<bool>> call)
    {
        try
        {
            return await call();
        }
        catch (ApiException exception) when (exception.Status == expected)
        {
            return false;
        }
    }

    private ApiCall Call(HttpMethod method, string route) => new(method, new(connection.Root, route), Quick);

    private sealed record KubernetesList<T>(ListMetadata? Metadata, IReadOnlyList<T>? Items);

    private sealed record ListMetadata(string? Continue);
}
