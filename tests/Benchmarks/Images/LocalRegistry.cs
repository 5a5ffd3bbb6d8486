using System.Text.Json;

namespace MultiAgentInfra.Benchmarks.Images;

/// <summary>A registry on loopback that all sides push to, without an access log.</summary>
internal sealed class LocalRegistry(ServerProgram server, int port) : IAsyncDisposable
{
    private const string ManifestTypes = "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";

    private readonly HttpClient _http = new() { BaseAddress = new($"http://127.0.0.1:{port}/") };

    /// <summary>What stands before a repository in an image's name.</summary>
    public string Host => $"127.0.0.1:{port}";

    public Uri Address => _http.BaseAddress!;

    public TimeSpan Cpu => server.Cpu;

    /// <param name="folder">For its log.</param>
    /// <param name="files">For what is pushed. It syncs each file that it writes, which on a disk is most of its time.</param>
    public static async Task<LocalRegistry> StartAsync(string folder, string files, CancellationToken stop)
    {
        var port = ServerProgram.FreePort();
        var configuration = Path.Combine(folder, "registry.yml");
        await File.WriteAllTextAsync(configuration, $$"""
            version: 0.1
            log: { level: error, accesslog: { disabled: true } }
            storage: { filesystem: { rootdirectory: {{files}}, maxthreads: 100 }, delete: { enabled: true } }
            http: { addr: "127.0.0.1:{{port}}" }

            """, stop);
        using var probe = new HttpClient();
        var server = await ServerProgram.StartAsync(
            Path.Combine(folder, "log"), async () => (await probe.GetAsync($"http://127.0.0.1:{port}/v2/", stop)).IsSuccessStatusCode, stop,
            "docker-registry", "serve", configuration);
        return new(server, port);
    }

    /// <summary>Bytes of an image's compressed layers.</summary>
    public async Task<long> LayersSizeAsync(string repository, string reference, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"v2/{repository}/manifests/{reference}");
        request.Headers.Add("Accept", ManifestTypes);
        using var response = (await _http.SendAsync(request, stop)).EnsureSuccessStatusCode();
        using var manifest = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(stop), cancellationToken: stop);
        return manifest.RootElement.GetProperty("layers").EnumerateArray().Sum(layer => layer.GetProperty("size").GetInt64());
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await server.DisposeAsync();
    }
}
