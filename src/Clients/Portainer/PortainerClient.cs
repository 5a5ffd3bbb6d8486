using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using MultiAgentInfra.Core;

namespace MultiAgentInfra.Clients.Portainer;

/// <summary>Portainer's own API (https://docs.portainer.io/api/docs), as releases from 2.19 on speak it. Failures are <see cref="ApiException"/>;
/// after one that <see cref="ApiException.IsUnknown"/>, look before acting again.</summary>
public sealed partial class PortainerClient(PortainerConnection connection, TimeProvider time)
{
    /// <summary>Stacks are started and stopped by environment from here on.</summary>
    internal static readonly Version Oldest = new(2, 19);

    // Every request waits for up to a minute while Portainer makes a backup.
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(75);

    // Portainer applies a stack within the request, and a caller who gives up does not stop it.
    private static readonly TimeSpan Write = TimeSpan.FromSeconds(150);

    private readonly ApiTransport _transport = new(connection.Client, connection.Name, connection.Secret, time);
    private Version? _version;

    /// <summary>Its version.</summary>
    /// <exception cref="NonRetryableException">It is older than 2.19.</exception>
    public async Task<Version> GetVersionAsync(CancellationToken cancellationToken)
    {
        if (_version is { } known)
            return known;
        var status = await _transport.ReadAsync<StatusBody>(Call(HttpMethod.Get, PortainerRoutes.Status), cancellationToken);
        if (VersionStart().Match(status.Version ?? "") is not { Success: true, Value: var text })
            throw new ApiException(HttpMethod.Get, new(connection.Api, PortainerRoutes.Status), HttpStatusCode.OK, $"{connection.Name} does not say its version: is it a Portainer?");
        if (Version.Parse(text) is var version && version < Oldest)
            throw new NonRetryableException($"{connection.Name} is version {status.Version}, and {Oldest} is the oldest that works: update Portainer.");
        return _version = version;
    }

    /// <summary>The environments that the key's user may see.</summary>
    public Task<IReadOnlyList<PortainerEnvironment>> ListEnvironmentsAsync(CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<PortainerEnvironment>>(PortainerRoutes.Environments, cancellationToken);

    /// <returns>Null when there is none of that number.</returns>
    public Task<PortainerEnvironment?> FindEnvironmentAsync(int id, CancellationToken cancellationToken) =>
        FindAsync<PortainerEnvironment>(PortainerRoutes.Environment(id), cancellationToken);

    /// <summary>All stacks; only an administrator's key sees those of Kubernetes.</summary>
    public Task<IReadOnlyList<PortainerStack>> ListStacksAsync(CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<PortainerStack>>(PortainerRoutes.Stacks, cancellationToken);

    /// <returns>Null when there is none of that number.</returns>
    public Task<PortainerStack?> FindStackAsync(int id, CancellationToken cancellationToken) =>
        FindAsync<PortainerStack>(PortainerRoutes.Stack(id), cancellationToken);

    public async Task<string> ReadStackFileAsync(int id, CancellationToken cancellationToken) =>
        (await ReadAsync<StackFile>(PortainerRoutes.StackFile(id), cancellationToken)).StackFileContent;

    /// <summary>Applies a new stack. The answer does not name it; see <see cref="PortainerStacks"/>.</summary>
    public Task CreateStackAsync(StackKey key, string content, CancellationToken cancellationToken) => WriteAsync(
        HttpMethod.Post,
        PortainerRoutes.NewStack(key),
        key.Namespace is null
            ? new { key.Name, StackFileContent = content }
            : (object)new { StackName = key.Name, key.Namespace, StackFileContent = content },
        cancellationToken);

    /// <summary>Applies what a stack is to be from now on. Objects that the new content lacks stay in the cluster.</summary>
    /// <returns>False when there is no such stack any more.</returns>
    // Without its name in the body, Portainer would take it away.
    public Task<bool> UpdateStackAsync(PortainerStack stack, string content, CancellationToken cancellationToken) => UnlessMissingAsync(() => WriteAsync(
        HttpMethod.Put, PortainerRoutes.StackIn(stack), new { StackName = stack.Name, StackFileContent = content }, cancellationToken));

    /// <returns>False when there is no such stack any more.</returns>
    public Task<bool> DeleteStackAsync(PortainerStack stack, CancellationToken cancellationToken) =>
        UnlessMissingAsync(() => WriteAsync(HttpMethod.Delete, PortainerRoutes.StackIn(stack), null, cancellationToken));

    public Task<IReadOnlyList<PortainerTemplate>> ListTemplatesAsync(CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<PortainerTemplate>>(PortainerRoutes.Templates, cancellationToken);

    public async Task<string> ReadTemplateFileAsync(int id, CancellationToken cancellationToken) =>
        (await ReadAsync<TemplateFile>(PortainerRoutes.TemplateFile(id), cancellationToken)).FileContent;

    /// <summary>Look for the title first: one that is taken is answered like any other failure.</summary>
    public Task CreateTemplateAsync(TemplateContent template, CancellationToken cancellationToken) =>
        WriteAsync(HttpMethod.Post, PortainerRoutes.NewTemplate, template, cancellationToken);

    public Task UpdateTemplateAsync(int id, TemplateContent template, CancellationToken cancellationToken) =>
        WriteAsync(HttpMethod.Put, PortainerRoutes.Template(id), template, cancellationToken);

    /// <returns>Null when there is none of that number.</returns>
    public Task<PortainerRegistry?> FindRegistryAsync(int id, CancellationToken cancellationToken) =>
        FindAsync<PortainerRegistry>(PortainerRoutes.Registry(id), cancellationToken);

    /// <summary>Gives the namespaces a pull secret <c>registry-ID</c>, and takes it from all others.</summary>
    public Task SetRegistryNamespacesAsync(int environment, int registry, IEnumerable<string> namespaces, CancellationToken cancellationToken) => WriteAsync(
        HttpMethod.Put, PortainerRoutes.RegistryIn(environment, registry), new { Namespaces = namespaces.ToArray() }, cancellationToken);

    private async Task<T> ReadAsync<T>(string route, CancellationToken cancellationToken)
    {
        await GetVersionAsync(cancellationToken);
        return await _transport.ReadAsync<T>(Call(HttpMethod.Get, route), cancellationToken);
    }

    private async Task<T?> FindAsync<T>(string route, CancellationToken cancellationToken)
        where T : class
    {
        await GetVersionAsync(cancellationToken);
        return await _transport.FindAsync<T>(Call(HttpMethod.Get, route), cancellationToken);
    }

    private async Task WriteAsync(HttpMethod method, string route, object? body, CancellationToken cancellationToken)
    {
        await GetVersionAsync(cancellationToken);
        using var content = body is null ? null : JsonContent.Create(body, body.GetType(), options: JsonSerializerOptions.Default);
        await _transport.SendAsync(Call(method, route) with { Content = content, Timeout = Write }, cancellationToken);
    }

    private static async Task<bool> UnlessMissingAsync(Func<Task> call)
    {
        try
        {
            await call();
            return true;
        }
        catch (ApiException exception) when (exception.Status == HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    private ApiCall Call(HttpMethod method, string route) => new(method, new(connection.Api, route), Quick);

    private sealed record StatusBody(string? Version);

    private sealed record StackFile(string StackFileContent);

    private sealed record TemplateFile(string FileContent);

    [GeneratedRegex(@"\A[0-9]+\.[0-9]+(\.[0-9]+)?")]
    private static partial Regex VersionStart();
}
