using System.Net;
using System.Runtime.CompilerServices;
using Azure.Core;
using Azure.Identity;
using Microsoft.Extensions.Logging;
using MultiAgentInfra.Core.Images;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>A registry over HTTP (https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md). Calls are repeated where that may
/// help; an <see cref="ApiException"/> means that it did not.</summary>
public sealed class RemoteRegistry : IImageRegistry, IDisposable
{
    private const int CopyPiece = 64 * 1024;

    private readonly TimeProvider _time;
    private readonly string _spoolFolder;
    private readonly RegistryRoutes _routes;
    private readonly RegistryConnection _connection;
    private readonly RegistryAccount? _account;
    private readonly RegistryAccount? _pullAccount;
    private readonly RegistryAuthentication _authentication;
    private readonly RegistryTransport _transport;
    private readonly RemoteManifests _manifests;
    private readonly RemotePages _pages;
    private readonly RemoteReferrers _referrers;
    private readonly RegistryBlobMemory _blobs = new();

    /// <param name="options">Valid ones.</param>
    /// <param name="spoolFolder">Where uploads of more than a MiB wait until the registry has them.</param>
    public RemoteRegistry(RegistryOptions options, string spoolFolder, TimeProvider time, ILogger<RemoteRegistry> logger)
        : this(options, spoolFolder, time, logger, null)
    {
    }

    /// <param name="identity">Of an Azure registry; null for the one that Azure.Identity finds, where the options ask for one.</param>
    internal RemoteRegistry(RegistryOptions options, string spoolFolder, TimeProvider time, ILogger<RemoteRegistry> logger, TokenCredential? identity)
    {
        (_time, _spoolFolder) = (time, spoolFolder);
        var origin = RegistryAddress.TryParse(options.Address ?? "") ?? throw new ArgumentException($"'{options.Address}' is no registry's address.", nameof(options));
        _account = RegistryAccount.From(options.Username, options.Password, options.PasswordFile);
        _pullAccount = RegistryAccount.From(options.PullUsername, options.PullPassword, options.PullPasswordFile);
        var retry = new RegistryRetry(time, logger);
        _routes = new(origin, options.Prefix);
        _connection = new(origin, options, time);
        if (identity is null && _account is null && RegistryAddress.IsAzure(origin))
            identity = new DefaultAzureCredential();
        ITokenIssuer issuer = identity is null ? new RegistryTokenIssuer(_connection, _account, time) : new AzureTokenIssuer(_connection, _routes, identity, time);
        _authentication = new(issuer, _account, retry, time);
        _transport = new(_connection, _authentication, retry);
        _manifests = new(_transport, _routes);
        _pages = new(_transport);
        _referrers = new(_manifests, _pages, _routes, retry);
    }

    public string Name => _routes.Origin.AbsoluteUri.TrimEnd('/');

    public string FullName(string repository) => $"{_routes.Host}/{_routes.NameOf(repository)}";

    /// <summary>What an engine pulls: <c>HOST[:PORT]/REPOSITORY@DIGEST</c>.</summary>
    public string PullReference(string repository, Digest digest) => $"{FullName(repository)}@{digest}";

    /// <summary>What an engine pushes to: <c>HOST[:PORT]/REPOSITORY:TAG</c>.</summary>
    public string PushReference(string repository, string tag) => $"{FullName(repository)}:{tag}";

    /// <summary>What a scanner or an engine needs to pull from the repository: a new token for that alone where the registry has a token
    /// service; else the account that may only pull, and the one that may push where no other is configured.</summary>
    public async Task<PullCredential> GetPullCredentialAsync(string repository, CancellationToken cancellationToken)
    {
        var scope = _routes.Pull(repository);
        (await _transport.SendAsync(new(HttpMethod.Get, _routes.Root, scope) { Answers = [HttpStatusCode.OK] }, cancellationToken)).Dispose();
        if (_authentication.HasTokens)
        {
            var by = _pullAccount is null ? null : new RegistryTokenIssuer(_connection, _pullAccount, _time);
            var token = await _authentication.IssueAsync(by, scope, cancellationToken);
            return new(_routes.Host, null, null, token.Value, token.ExpiresAt);
        }

        var account = _pullAccount ?? _account;
        return new(_routes.Host, account?.Username, account?.Password, null, null);
    }

    /// <summary>The account that may pull, and the one that may push where no other is configured, for what asks for tokens itself; null when the
    /// registry is used without one.</summary>
    public PullCredential? PullAccount => (_pullAccount ?? _account) is { } account ? new(_routes.Host, account.Username, account.Password, null, null) : null;

    public Task<Descriptor?> ResolveAsync(string repository, string reference, CancellationToken cancellationToken) =>
        _manifests.ResolveAsync(repository, reference, cancellationToken);

    public async Task<StoredManifest> GetManifestAsync(string repository, Digest digest, CancellationToken cancellationToken) =>
        await _manifests.FindAsync(repository, digest.Value, cancellationToken) ?? throw new FileNotFoundException(ImageNames.Missing(digest));

    public async Task<Descriptor> PutManifestAsync(
        string repository, ReadOnlyMemory<byte> content, string mediaType, string? tag, CancellationToken cancellationToken)
    {
        try
        {
            return (await _manifests.PutAsync(repository, content, mediaType, tag, cancellationToken)).Manifest;
        }
        catch (ApiException exception) when (exception.Status is HttpStatusCode.NotFound or HttpStatusCode.BadRequest)
        {
            // A blob that it had may be gone; the step's next attempt is to bring it again.
            _blobs.Forget(repository);
            throw;
        }
    }

    public async Task DeleteManifestAsync(string repository, Digest digest, CancellationToken cancellationToken)
    {
        _blobs.Forget(repository);
        if (await _manifests.FindAsync(repository, digest.Value, cancellationToken) is not { } manifest)
            return;
        await _manifests.DeleteAsync(repository, digest, cancellationToken);
        if (manifest.Descriptor.MediaType == MediaTypes.Manifest && manifest.ReadImage().Subject is { } subject)
            await _referrers.RemoveAsync(repository, subject.Digest, digest, cancellationToken);
    }

    public async IAsyncEnumerable<string> ListTagsAsync(string repository, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in _pages.ReadAsync(_routes.Tags(repository), _routes.Pull(repository), "application/json", cancellationToken))
        {
            foreach (var tag in OciJson.Parse<TagList>(page, $"The list of tags of {repository}").Tags ?? [])
                yield return tag;
        }
    }

    public Task<IReadOnlyList<Descriptor>> ListReferrersAsync(string repository, Digest subject, CancellationToken cancellationToken) =>
        _referrers.ListAsync(repository, subject, cancellationToken);

    public Task<IReadOnlyList<Descriptor>> PutReferrersAsync(
        string repository, Digest subject, IReadOnlyList<OciManifest> referrers, CancellationToken cancellationToken) =>
        _referrers.PutAsync(repository, subject, referrers, cancellationToken);

    public async Task<bool> HasBlobAsync(string repository, Digest digest, CancellationToken cancellationToken)
    {
        var request = new RegistryRequest(HttpMethod.Head, _routes.Blob(repository, digest), _routes.Pull(repository)) { Answers = [HttpStatusCode.OK, HttpStatusCode.NotFound] };
        using var response = await _transport.SendAsync(request, cancellationToken);
        if (response.StatusCode != HttpStatusCode.OK)
            return false;
        _blobs.Add(repository, digest);
        return true;
    }

    public async Task<Stream> OpenBlobAsync(string repository, Descriptor blob, CancellationToken cancellationToken)
    {
        var request = new RegistryRequest(HttpMethod.Get, _routes.Blob(repository, blob.Digest), _routes.Pull(repository)) { Answers = [HttpStatusCode.OK] };
        var stream = new RemoteBlobStream(_transport, request, _time);
        await stream.OpenAsync(blob.Digest, cancellationToken);
        return new VerifiedStream(stream, blob.Digest, blob.Size);
    }

    public async Task<Descriptor> PutBlobAsync(string repository, ReadOnlyMemory<byte> content, string mediaType, CancellationToken cancellationToken)
    {
        if (content.Length > OciLayout.MaxDocumentSize)
            throw new InvalidDataException($"A document of {content.Length} bytes exceeds the limit of {OciLayout.MaxDocumentSize}.");
        var digest = Digest.Of(content.Span);
        await _blobs.BringAsync(repository, digest, UploadAsync, cancellationToken);
        return new(mediaType, digest, content.Length);

        async Task UploadAsync()
        {
            await using var upload = await BeginBlobAsync(repository, cancellationToken);
            await upload.WriteAsync(content, cancellationToken);
            await upload.CommitAsync(mediaType, cancellationToken);
        }
    }

    public Task<BlobUpload> BeginBlobAsync(string repository, CancellationToken cancellationToken) => Task.FromResult<BlobUpload>(new RemoteBlobUpload(
        new(_transport, _routes, repository), new(_spoolFolder), _transport.Retry, digest => _blobs.Add(repository, digest)));

    public Task MountBlobAsync(string repository, Descriptor blob, string from, CancellationToken cancellationToken) =>
        _blobs.BringAsync(repository, blob.Digest, () => MountAsync(repository, blob, from, cancellationToken), cancellationToken);

    public void Dispose() => _connection.Dispose();

    private async Task MountAsync(string repository, Descriptor blob, string from, CancellationToken cancellationToken)
    {
        var request = new RegistryRequest(HttpMethod.Post, _routes.Mount(repository, blob.Digest, from), _routes.Push(repository), _routes.Pull(from))
        {
            Body = () => new ByteArrayContent([]),
            Answers = [HttpStatusCode.Created, HttpStatusCode.Accepted],
        };
        using var response = await _transport.SendAsync(request, cancellationToken);
        if (response.StatusCode == HttpStatusCode.Created)
        {
            _blobs.Add(repository, blob.Digest);
            return;
        }

        // It began an upload instead.
        var unwanted = new RemoteUploadSession(_transport, _routes, repository);
        unwanted.Adopt(response);
        await unwanted.CancelAsync(cancellationToken);
        await CopyBlobAsync(repository, blob, from, cancellationToken);
    }

    private async Task CopyBlobAsync(string repository, Descriptor blob, string from, CancellationToken cancellationToken)
    {
        await using var content = await OpenBlobAsync(from, blob, cancellationToken);
        await using var upload = await BeginBlobAsync(repository, cancellationToken);
        var piece = new byte[CopyPiece];
        for (int count; (count = await content.ReadAsync(piece, cancellationToken)) > 0;)
            await upload.WriteAsync(piece.AsMemory(0, count), cancellationToken);
        await upload.CommitAsync(blob.MediaType, cancellationToken);
    }

    private sealed record TagList(IReadOnlyList<string>? Tags);
}
