using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace MultiAgentInfra.Clients.Oci;

/// <summary>The connections to a registry and to the hosts that it names. Each call has a timeout, and credentials go to the host they are for.</summary>
internal sealed class RegistryConnection : IDisposable
{
    private const int MostRedirects = 5;
    private const int SlowestBytesPerSecond = 64 * 1024;
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    private readonly HttpClient _http;
    private readonly Uri _origin;
    private readonly bool _allowPlainHttp;
    private readonly TimeProvider _time;

    public RegistryConnection(Uri origin, RegistryOptions options, TimeProvider time)
    {
        (_origin, _allowPlainHttp, _time) = (origin, options.AllowPlainHttp, time);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            // A proxy of the environment cannot reach this machine's loopback.
            UseProxy = !origin.IsLoopback,
            ConnectTimeout = TimeSpan.FromSeconds(15),
            MaxConnectionsPerServer = 32,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        if (!string.IsNullOrEmpty(options.CertificateAuthorityFile))
            handler.SslOptions.RemoteCertificateValidationCallback = Trust(options.CertificateAuthorityFile);
        _http = new HttpClient(handler) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };
    }

    /// <summary>Plain http is for a registry that was configured with it, and then for this machine or where that was permitted.</summary>
    public bool IsAllowed(Uri url) => url.Scheme == Uri.UriSchemeHttps
        || (url.Scheme == Uri.UriSchemeHttp && _origin.Scheme == Uri.UriSchemeHttp && (url.IsLoopback || _allowPlainHttp));

    /// <summary>Whether the registry's own credentials may go there.</summary>
    public bool IsOrigin(Uri? url) => url is not null && url.Scheme == _origin.Scheme && url.Authority == _origin.Authority;

    /// <summary>Sends, and follows redirects of reads; <paramref name="authorization"/> goes to the registry and no other host.</summary>
    /// <returns>The answer with its head read; whatever its status is.</returns>
    /// <exception cref="RegistryInterruption">None came.</exception>
    public async Task<HttpResponseMessage> SendAsync(RegistryRequest request, AuthenticationHeaderValue? authorization, CancellationToken cancellationToken)
    {
        var url = request.Url;
        for (var hop = 0; ; hop++)
        {
            using var message = request.ToMessage(url);
            if (IsOrigin(url))
                message.Headers.Authorization = authorization;
            var response = await SendAsync(message, cancellationToken);
            if (!IsRedirect(response.StatusCode) || (request.Method != HttpMethod.Get && request.Method != HttpMethod.Head))
                return response;
            using (response)
            {
                if (response.Headers.Location is not { } location || hop == MostRedirects)
                    throw Failure(request.Method, url, response.StatusCode, "the redirects lead nowhere");
                url = new Uri(url, location);
            }
        }
    }

    /// <summary>Sends one message as it is.</summary>
    /// <exception cref="RegistryInterruption">No answer came.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        var url = message.RequestUri!;
        if (!IsAllowed(url))
            throw Failure(message.Method, url, null, "plain HTTP is not permitted there (Registry:AllowPlainHttp)");
        var patience = Timeout + TimeSpan.FromSeconds((message.Content?.Headers.ContentLength ?? 0) / SlowestBytesPerSecond);
        using var timer = new CancellationTokenSource(patience, _time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            return await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, stop.Token);
        }
        catch (HttpRequestException exception) when (exception.InnerException is AuthenticationException)
        {
            throw Failure(message.Method, url, null, exception.InnerException.Message, exception);
        }
        catch (HttpRequestException exception)
        {
            throw new RegistryInterruption(Failure(message.Method, url, null, exception.Message, exception));
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RegistryInterruption(Failure(message.Method, url, null, $"no answer within {patience.TotalSeconds:0} s", exception));
        }
    }

    /// <summary>Reads a whole body of at most <paramref name="limit"/> bytes.</summary>
    /// <exception cref="RegistryInterruption">It broke off, or took too long.</exception>
    /// <exception cref="ApiException">It is larger.</exception>
    public async Task<byte[]> ReadAsync(HttpResponseMessage response, int limit, CancellationToken cancellationToken)
    {
        var (method, url) = (response.RequestMessage!.Method, response.RequestMessage.RequestUri!);
        if (response.Content.Headers.ContentLength > limit)
            throw Failure(method, url, response.StatusCode, $"a body of more than {limit} bytes");
        using var timer = new CancellationTokenSource(Timeout, _time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            await response.Content.LoadIntoBufferAsync(limit, stop.Token);
            return await response.Content.ReadAsByteArrayAsync(stop.Token);
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            throw Failure(method, url, response.StatusCode, $"a body of more than {limit} bytes", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new RegistryInterruption(Failure(method, url, response.StatusCode, $"the body broke off: {exception.Message}", exception));
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Without the query, which is where storage hosts and uploads have their credentials.</summary>
    public static ApiException Failure(HttpMethod method, Uri url, HttpStatusCode? status, string words, Exception? exception = null) =>
        new(method, new Uri(url.GetLeftPart(UriPartial.Path)), status, words, exception);

    private static bool IsRedirect(HttpStatusCode status) => status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found
        or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    private static RemoteCertificateValidationCallback Trust(string file)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(file);
        return (_, certificate, received, errors) =>
        {
            if (errors != SslPolicyErrors.RemoteCertificateChainErrors)
                return errors == SslPolicyErrors.None;
            using var chain = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck } };
            chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
            chain.ChainPolicy.ExtraStore.AddRange(received!.ChainPolicy.ExtraStore);
            return certificate is X509Certificate2 presented && chain.Build(presented);
        };
    }
}
