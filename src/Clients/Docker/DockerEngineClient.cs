using System.Net;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Docker;

/// <summary>The Docker Engine API over HTTP (https://docs.docker.com/reference/api/engine/): what building images needs of it. Failures are
/// <see cref="ApiException"/>, also those that arrive inside of an answer that began with 200. Credentials of registries are in no line of
/// output and in no message.</summary>
/// <param name="login">Of the registry that images are pushed to; null when it asks for none, and with Portainer, which has its own.</param>
public sealed class DockerEngineClient(DockerConnection connection, RegistryLogin? login, TimeProvider time)
{
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Removal = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Transfer = TimeSpan.FromMinutes(30);

    private readonly DockerTransport _transport = new(connection, Redactor(connection, login), time);

    /// <summary>For people: where the engine is, without credentials.</summary>
    public string Name => connection.Name;

    /// <summary>The version of the API that is spoken.</summary>
    /// <exception cref="Core.NonRetryableException">The engine is too old.</exception>
    public Task<Version> GetVersionAsync(CancellationToken cancellationToken) => _transport.GetVersionAsync(cancellationToken);

    /// <summary>Builds an image. When the token is cancelled the engine stops the build.</summary>
    /// <returns>The image's id.</returns>
    public async Task<string> BuildAsync(DockerBuild build, Action<string> output, CancellationToken cancellationToken)
    {
        using var content = new TarContent(build.Files);
        var call = new DockerCall(HttpMethod.Post, DockerRoutes.Build(build), Transfer) { Content = content, Headers = BaseHeaders() };
        string? id = null;
        await _transport.FollowAsync(call, message => id = message.AuxText("ID") ?? id, output, cancellationToken);
        return id ?? throw new ApiException(
            call.Method, new(connection.Root, "build"), HttpStatusCode.OK, "the stream ended without an image: the build broke off.");
    }

    /// <summary>Pushes one tag of a repository, whose name begins with the registry's host and port.</summary>
    /// <returns>The digest of the manifest, when the engine says it: one that keeps its images in containerd does not.</returns>
    public async Task<Digest?> PushAsync(string repository, string tag, Action<string> output, CancellationToken cancellationToken)
    {
        var call = new DockerCall(HttpMethod.Post, DockerRoutes.Push(repository, tag), Transfer)
        {
            Headers = new Dictionary<string, string> { ["X-Registry-Auth"] = Auth() },
        };
        Digest? digest = null;
        await _transport.FollowAsync(call, message => digest = Digest.TryParse(message.AuxText("Digest"), out var pushed) ? pushed : digest, output, cancellationToken);
        return digest;
    }

    public Task TagAsync(string image, string repository, string tag, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, DockerRoutes.Tag(image, repository, tag), Quick, cancellationToken);

    /// <returns>Null when the engine has no such image.</returns>
    public async Task<DockerImage?> FindImageAsync(string image, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync<DockerImage>(DockerRoutes.Image(image), cancellationToken);
        }
        catch (ApiException exception) when (exception.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>The images that carry the label with the value, newest first.</summary>
    public async Task<IReadOnlyList<DockerImage>> ListImagesAsync(string label, string value, CancellationToken cancellationToken) =>
        await ReadAsync<List<DockerImage>>(DockerRoutes.ImagesWith(label, value), cancellationToken);

    /// <summary>Removes an image with all of its names, or one of its names; none is no error.</summary>
    /// <param name="image">An id, or a name.</param>
    public async Task RemoveImageAsync(string image, CancellationToken cancellationToken)
    {
        try
        {
            await SendAsync(HttpMethod.Delete, DockerRoutes.Remove(image), Removal, cancellationToken);
        }
        catch (ApiException exception) when (exception.Status == HttpStatusCode.NotFound)
        {
        }
    }

    private static SecretRedactor Redactor(DockerConnection connection, RegistryLogin? login) =>
        new(new[] { connection.Secret, login?.Password, login?.Auth, login?.Config }.OfType<string>());

    private Dictionary<string, string> BaseHeaders() => login is null ? [] : new() { ["X-Registry-Config"] = login.Config };

    private string Auth() => connection.PortainerRegistry is { } registry
        ? RegistryLogin.OfPortainer(registry)
        : login?.Auth ?? RegistryLogin.None;

    private Task<bool> SendAsync(HttpMethod method, string route, TimeSpan timeout, CancellationToken cancellationToken) =>
        _transport.SendAsync(new(method, route, timeout), (_, _) => Task.FromResult(true), cancellationToken);

    private Task<T> ReadAsync<T>(string route, CancellationToken cancellationToken) =>
        _transport.ReadAsync<T>(new(HttpMethod.Get, route, Quick), cancellationToken);
}
